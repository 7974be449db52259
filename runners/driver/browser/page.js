// The part of the driver that lives in the page, in a world of its own: scripts of the page cannot see it, and
// what they did to built-in objects does not reach it. It finds elements as a person does, and says why it
// cannot. It is one function with sight.js and reach.js, which stand before it.
  const fields = ['textbox', 'searchbox', 'spinbutton', 'combobox', 'listbox', 'slider', 'checkbox', 'radio', 'switch', 'radiogroup'];
  const interactive = ['button', 'link', 'menuitem', 'menuitemcheckbox', 'menuitemradio', 'tab', 'option', 'treeitem', ...fields];
  const rolesFor = {
    click: interactive,
    fill: ['textbox', 'searchbox', 'spinbutton', 'combobox', 'slider'],
    set: fields,
    choose: ['combobox', 'listbox', 'radiogroup', 'textbox'],
    tick: ['checkbox', 'radio', 'switch', 'menuitemcheckbox', 'menuitemradio'],
    upload: [],
  };
  // Which elements may have a role, so that names are computed for those only.
  const heads = 'h1,h2,h3,h4,h5,h6';
  const selectors = {
    button: 'button,summary,input[type=button],input[type=submit],input[type=reset],input[type=image]',
    link: 'a[href],area[href]', heading: heads, img: 'img,svg,image', row: 'tr', cell: 'td', gridcell: 'td',
    columnheader: 'th', rowheader: 'th', table: 'table', grid: 'table', list: 'ul,ol,menu', listitem: 'li',
    form: 'form', region: 'section', article: 'article', navigation: 'nav', main: 'main', banner: 'header',
    contentinfo: 'footer', complementary: 'aside', dialog: 'dialog', group: 'fieldset,details,optgroup', figure: 'figure',
    option: 'option', progressbar: 'progress', meter: 'meter', status: 'output', search: 'search',
  };
  const inputs = 'input,select,textarea,[contenteditable]';
  const fieldSelector = inputs + ',' + fields.map(r => `[role~=${r}]`).join(',');
  const selectorOf = role => {
    if (role === 'field') return fieldSelector;
    if (fields.includes(role)) return `${inputs},[role~=${role}]`;
    return (selectors[role] ? selectors[role] + ',' : '') + `[role~=${role}]`;
  };
  const named = 'a[href],area[href],button,summary,input,select,textarea,img,svg,[contenteditable],[role],[aria-label],[aria-labelledby],option,' + heads;

  const implicit = {
    A: e => e.hasAttribute('href') ? 'link' : 'generic', AREA: () => 'link', BUTTON: () => 'button', SUMMARY: () => 'button',
    SELECT: e => e.multiple || e.size > 1 ? 'listbox' : 'combobox', TEXTAREA: () => 'textbox', OPTION: () => 'option',
    H1: () => 'heading', H2: () => 'heading', H3: () => 'heading', H4: () => 'heading', H5: () => 'heading', H6: () => 'heading',
    IMG: () => 'img', TR: () => 'row', TD: () => 'cell', TH: () => 'columnheader', TABLE: () => 'table', UL: () => 'list', OL: () => 'list',
    LI: () => 'listitem', FORM: () => 'form', SECTION: () => 'region', NAV: () => 'navigation', MAIN: () => 'main', DIALOG: () => 'dialog',
    ARTICLE: () => 'article', FIELDSET: () => 'group', HEADER: () => 'banner', FOOTER: () => 'contentinfo', ASIDE: () => 'complementary',
    INPUT: e => ({button: 'button', submit: 'button', reset: 'button', image: 'button', checkbox: 'checkbox', radio: 'radio', range: 'slider',
      number: 'spinbutton', search: 'searchbox', file: 'button', hidden: 'generic'})[e.type] || (e.list ? 'combobox' : 'textbox'),
  };
  const roleOf = e => {
    if ('computedRole' in e) {
      const role = e.computedRole;
      if (role === 'image') return 'img';
      if (role.startsWith('DisclosureTriangle')) return 'button';
      if (role && role !== 'none' && role !== 'generic' && role !== 'ignored') return role;
    }
    const own = squeeze(e.getAttribute('role')).split(' ')[0];
    return own || (implicit[e.tagName] ? implicit[e.tagName](e) : 'generic');
  };
  const labelText = e => e.labels ? [...e.labels].map(l => squeeze(l.textContent)).join(' ') : '';
  const nameOf = e => {
    if ('computedName' in e && e.type !== 'file') { // of which it is also what has been chosen
      const name = squeeze(e.computedName);
      if (name) return name;
    }
    const by = e.getAttribute('aria-labelledby');
    if (by) return squeeze(by.split(/\s+/).map(id => e.getRootNode().getElementById(id)?.textContent).join(' '));
    return squeeze(e.getAttribute('aria-label')) || labelText(e) || squeeze(e.getAttribute('alt'))
      || (e.tagName === 'INPUT' ? (['button', 'submit', 'reset'].includes(e.type) ? e.value : '')
        : e.tagName === 'SELECT' || e.tagName === 'TEXTAREA' ? '' : squeeze(e.innerText ?? e.textContent)) || squeeze(e.getAttribute('title'));
  };

  // Every root that a person sees as one page: the document and the shadow roots in it.
  const roots = (from, shadow = shadowOf) => {
    const all = [from];
    for (let i = 0; i < all.length; i++) {
      const walker = document.createTreeWalker(all[i], NodeFilter.SHOW_ELEMENT);
      if (all[i] === from && shadow(from)) all.push(shadow(from));
      while (walker.nextNode()) if (shadow(walker.currentNode)) all.push(shadow(walker.currentNode));
    }
    return all;
  };
  // A selector goes into open roots only, as in the page's own scripts.
  const openRoots = from => roots(from, e => e.shadowRoot);
  const query = (scope, selector) => {
    const found = scope.flatMap(r => [...r.querySelectorAll(selector)]);
    return found;
  };

  const filled = ['fill', 'set', 'choose', 'tick'];
  const usable = (e, verb) => verb === 'upload' || visible(e)
    // What a person writes into may be invisible itself, over what is drawn for it.
    || filled.includes(verb) && laidOut(e)
    // A box that is drawn by its label is hidden itself: who ticks it clicks the label.
    || (verb === 'tick' || verb === 'set' && ['checkbox', 'radio'].includes(e.type)) && [...(e.labels || [])].some(visible)
    || verb === 'set' && e.type === 'file';
  // A fieldset with radio buttons is one list of options to a person.
  const radioGroups = scope => query(scope, 'fieldset,[role=group]').filter(e => e.querySelector('input[type=radio],[role=radio]'));

  // What a label stands for; that it must be filled in, "Name *", is no part of its words.
  const labelled = (scope, words, fits) => query(scope, 'label')
    .filter(l => readsAs(l, words) || same(squeeze(l.textContent).replace(/[\s:*]+$/, ''), words))
    .map(l => l.control).filter(e => e && fits(e));

  // The tiers of a name, from what is surest: the first that has a visible element counts.
  const tiersOf = (t, scope, verb) => {
    const exact = list => {
      const precise = list.filter(e => nameOf(e) === t.name);
      return precise.length ? precise : list.filter(e => same(nameOf(e), t.name));
    };
    if (t.css) return [() => query(scope, t.css)];
    if (t.role) {
      const ofRole = () => query(scope, selectorOf(t.role)).filter(e => {
        const role = roleOf(e);
        return t.role === 'field' ? fields.includes(role) || e.isContentEditable || e.type === 'file' : role === t.role
          || t.role === 'cell' && role === 'gridcell' || t.role === 'table' && role === 'grid' || t.role === 'textbox' && role === 'searchbox'
          // An unnamed section is no region for assistive technology, but a person sees one.
          || t.role === 'region' && e.tagName === 'SECTION' || t.role === 'form' && e.tagName === 'FORM';
      });
      if (['row', 'listitem', 'region', 'form', 'group', 'article', 'dialog', 'list', 'table', 'grid', 'option', 'navigation', 'main', 'figure'].includes(t.role)) {
        return [
          () => exact(ofRole()),
          // The innermost: a table that lays out the page has a row with everything in it.
          () => innermost(ofRole().filter(e => [...e.querySelectorAll('td,th,[role=cell],[role=gridcell],legend,caption,' + heads)].some(c => readsAs(c, t.name)))),
          () => innermost(ofRole().filter(e => readsWith(e, t.name))),
        ];
      }
      return [
        () => exact(ofRole()),
        () => t.role === 'field' || fields.includes(t.role) ? labelled(scope, t.name, e => ofRole().includes(e)) : [],
        () => t.role === 'field' || fields.includes(t.role) ? ofRole().filter(e => same(squeeze(e.placeholder), t.name)) : [],
        () => ofRole().filter(e => e.getAttribute('data-testid') === t.name),
        () => t.role === 'field' && verb === 'set' ? exact(radioGroups(scope)) : [],
      ];
    }
    const wanted = rolesFor[verb];
    const tiers = [];
    if (wanted) {
      if (verb !== 'upload') tiers.push(() => exact(query(scope, named).filter(e => e.tagName !== 'OPTION' && (wanted.includes(roleOf(e)) || e.isContentEditable && verb !== 'tick' && verb !== 'choose'))));
      const ofVerb = e => verb === 'upload' ? e.type === 'file' : verb === 'click' || wanted.includes(roleOf(e));
      tiers.push(() => labelled(scope, t.name, ofVerb));
      if (verb === 'upload') tiers.push(() => exact(query(scope, 'input[type=file]')));
      if (verb !== 'tick' && verb !== 'upload') tiers.push(() => query(scope, '[placeholder]').filter(e => same(squeeze(e.placeholder), t.name)));
      if (verb === 'choose') tiers.push(() => exact(radioGroups(scope)));
      if (verb === 'click') {
        tiers.push(() => withText(scope, t.name).filter(e => readsAs(e, t.name)));
        tiers.push(() => inPart(t, scope));
      }
      tiers.push(() => query(scope, '[data-testid]').filter(e => e.getAttribute('data-testid') === t.name && (verb === 'click' || ofVerb(e))));
      return tiers;
    }
    return [
      () => exact(query(scope, named).filter(e => e.tagName !== 'OPTION')),
      () => query(scope, '[placeholder]').filter(e => same(squeeze(e.placeholder), t.name)),
      () => withText(scope, t.name),
      () => query(scope, '[data-testid]').filter(e => e.getAttribute('data-testid') === t.name),
    ];
  };
  // What contains the words may be looked at, but is it meant by who clicks them? Only if nothing else that can be
  // acted upon has them, and they are half of its name at least. A text that belongs to no control is what it is.
  const inPart = (t, scope) => {
    const words = t.name.toLowerCase();
    const controls = new Map();
    const plain = [];
    const add = (c, e) => { if (!controls.has(c)) controls.set(c, e); };
    for (const e of withText(scope, t.name).filter(visible)) {
      let c = e;
      while (c && !(c.nodeType === 1 && (c.matches(touchable) || c.tagName === 'LABEL' && c.control))) c = around(c);
      if (c) add(c, e); else plain.push(e);
    }
    for (const e of query(scope, named)) {
      if (e.tagName !== 'OPTION' && e.matches(touchable) && nameOf(e).toLowerCase().includes(words) && visible(e)) add(e, e);
    }
    if (plain.length || controls.size !== 1) return [...new Set([...plain, ...controls.values()])];
    const [[control, e]] = controls;
    const name = nameOf(control) || squeeze(control.innerText ?? control.textContent);
    if (2 * [...t.name].length >= [...name].length) return [e];
    t.only = shown(control);
    return [];
  };
  const innermost = list => list.filter(e => !list.some(o => o !== e && e.contains(o)));

  // Everything that a target means in this frame: the first tier with a visible element, and what was hidden.
  const find = (t, verb) => {
    const rootsOf = t.css ? openRoots : roots;
    let scope = rootsOf(document);
    if (t.name) t.name = squeeze(t.name);
    if (t.of) return {...ofList(t), hidden: 0};
    let outer = document;
    if (t.in) {
      const holder = find({...t.in, role: t.in.role || '', beyond: t.beyond}, 'in');
      const chosen = pick(holder.found, t.in.nth);
      if (holder.holder) return {...holder, deep: (holder.deep || 0) + 1};
      if (!chosen) return {found: [], tier: 99, hidden: 0, holder: t.in.name || t.in.css, holders: t.in.nth ? 0 : holder.found.length};
      let e = chosen;
      if (!t.in.role && !t.in.css) e = chosen.closest('tr,li,section,form,fieldset,article,dialog,table,ul,ol,[role]') || chosen;
      scope = rootsOf(e);
      outer = e;
    }
    let hidden = 0;
    const concealed = [];
    const tiers = tiersOf(t, scope, verb);
    for (let i = 0; i < tiers.length; i++) {
      const all = [...new Set(tiers[i]())];
      const sure = filled.includes(verb) ? all.filter(visible) : [];
      const found = sure.length ? sure : all.filter(e => usable(e, verb));
      hidden += all.length - found.length;
      if (found.length) return {found, tier: i, hidden};
      concealed.push(...all);
    }
    if (t.beyond) {
      const found = innermost([...new Set(adopted(t).filter(x => x.e && x.e !== outer && within(x.e, outer) && usable(x.e, verb)).map(x => x.e))]);
      const drawn = outer === document && verb === 'see' ? adopted(t).filter(x => x.generated).length : 0;
      if (found.length || drawn) return {found, tier: 90, hidden, drawn};
    }
    return {found: [], tier: 99, hidden, concealed, only: t.only};
  };
  // The options of the list that was opened last: what its field says it controls, or else any that is no other list's.
  const ofList = t => {
    const e = H.listed;
    if (t.of !== H.token) return {found: [], tier: 99};
    let lists = [];
    if (e && e.isConnected) {
      const root = e.getRootNode(), ids = squeeze([...[e], ...e.querySelectorAll('[aria-controls],[aria-owns]')].map(c => (c.getAttribute('aria-controls') || '') + ' ' + (c.getAttribute('aria-owns') || '')).join(' '));
      lists = roleOf(e) === 'listbox' ? [e] : [...new Set(ids.split(' ').map(id => id && (root.getElementById(id) || document.getElementById(id))).concat(...e.querySelectorAll('[role~=listbox]')))].filter(l => l);
    }
    const all = query(roots(document), '[role~=option]').filter(o => lists.length ? lists.some(l => within(o, l)) : true);
    const found = [o => nameOf(o) === t.name, o => same(nameOf(o), t.name)].map(fits => all.filter(o => fits(o) && visible(o))).find(l => l.length) || [];
    return {found, tier: found.length ? 0 : 99, offered: all.filter(visible).slice(0, 20).map(nameOf)};
  };

  // What the browser's accessibility tree has said of targets, for the look that asked it.
  const beyond = new Map();
  const keyOf = t => [t.role || '', squeeze(t.name)].join('\n');
  const adopted = t => beyond.get(keyOf(t)) || [];
  const factOf = e => { for (const list of beyond.values()) for (const x of list) if (x.e === e) return x; return {}; };
  // Text that a style sheet draws before or behind an element has no node of its own.
  const decorated = text => roots(document).flatMap(r => [...r.querySelectorAll('*')]).filter(e => ['::before', '::after'].some(side => {
    const content = getComputedStyle(e, side).content;
    return content.startsWith('"') && same(squeeze(content.slice(1, -1)), text);
  }));
  const adopt = (nodes, t, verb, facts) => {
    if (verb !== 'in') beyond.clear();
    let list = nodes.map((n, i) => ({...facts[i], e: n && n.nodeType === 3 ? n.parentElement || n.getRootNode().host : n && n.nodeType === 1 ? n : null}));
    if (list.some(x => x.generated)) {
      const drawn = decorated(t.name).map(e => ({role: 'StaticText', e}));
      list = list.filter(x => x.e || x.generated && !drawn.length).concat(drawn);
    }
    // What a field holds is no text of the page, and an option is one when it is asked for as one.
    const inField = e => { const host = e.getRootNode().host; return host && ['INPUT', 'TEXTAREA', 'SELECT'].includes(host.tagName); };
    list = list.filter(x => x.generated || x.e && !inField(x.e) && (t.role || !['OPTION', 'OPTGROUP'].includes(x.e.tagName)));
    for (const {e} of list) {
      const root = e && e.getRootNode();
      if (root && root.host && !shadowOf(root.host)) drawnBy.set(root.host, root);
    }
    const wanted = t.role === 'field' ? fields : t.role ? null : rolesFor[verb];
    if (wanted) {
      const fitting = list.filter(x => wanted.includes(x.role));
      if (fitting.length || t.role || verb !== 'click') list = fitting;
    }
    beyond.set(keyOf(t), list);
  };
  const enter = nodes => { for (const r of nodes) if (r && r.host) entered.set(r.host, r); };

  const pick = (found, nth) => nth ? found[nth - 1] : found.length === 1 ? found[0] : null;

  // A text of the page in a message, to be cut after n letters: not here, for what is a secret must be masked before.
  // Much more than a secret's length is kept, and a mark where it ends.
  const cut = (text, n) => {
    const t = text.replace(/[\x02\x03]/g, '');
    return t.length <= n ? t : `\x02${n} ${t.length > n + 4000 ? t.slice(0, n + 4000) + '…' : t}\x03`;
  };
  // An element in a message, as one would write it in a step.
  const firstCell = e => [...e.cells || []].map(x => squeeze(x.textContent)).find(x => x);
  const shown = e => {
    const role = roleOf(e);
    const name = role === 'row' && firstCell(e) || nameOf(e) || squeeze(e.innerText ?? e.textContent);
    const words = cut(name, 60);
    if (words && role !== 'generic' && role !== 'none') return `the "${words}" ${role}`;
    const tag = e.tagName.toLowerCase() + (e.id ? '#' + e.id : '');
    return words ? `"${words}" (${tag})` : tag;
  };
  const containerOf = e => {
    for (let c = e.parentElement; c; c = c.parentElement) {
      const role = roleOf(c);
      if (role === 'row') {
        const first = firstCell(c);
        if (first) return ` in the "${cut(first, 40)}" row`;
      }
      if (['region', 'form', 'dialog', 'group', 'navigation', 'article'].includes(role)) {
        const name = nameOf(c);
        if (name && name.length < 60) return ` in the "${name}" ${role}`;
      }
    }
    return '';
  };
  const candidates = found => found.slice(0, 5).map(e => shown(e) + containerOf(e));

  const distance = (a, b) => {
    let row = [...Array(b.length + 1).keys()];
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]));
      row = next;
    }
    return row[b.length];
  };

  // What there is of the kind that was looked for: the most alike first, or, when nothing is alike, the first of what
  // is there, if the kind or the place was named.
  const alike = (t, verb) => {
    const words = (t.name || '').toLowerCase();
    const selector = t.css ? '*' : t.role ? selectorOf(t.role) : verb in rolesFor && verb !== 'click' ? fieldSelector : named;
    const score = name => {
      const n = name.toLowerCase();
      if (!n) return 0;
      if (n.includes(words) || words.includes(n) && 2 * n.length > words.length) return 3;
      if (Math.abs(n.length - words.length) < 4 && distance(n, words) <= Math.max(n[0] === words[0] ? 2 : 1, words.length / 4)) return 2;
      return words.split(' ').some(w => w.length > 3 && n.split(' ').includes(w)) ? 1 : 0;
    };
    if (t.css) return {};
    const there = all => all.slice(0, 2000).filter(e => e.tagName !== 'OPTION' && (visible(e) || verb === 'upload'));
    const holder = t.in && pick(find({...t.in, role: t.in.role || ''}, 'in').found, t.in.nth);
    const all = there(query(roots(document), selector));
    const like = all.map(e => [e, score(nameOf(e) || squeeze(e.placeholder))]).filter(x => x[1] > 0 && (!holder || within(x[0], holder)))
      .sort((a, b) => b[1] - a[1]).slice(0, 5).map(x => shown(x[0]));
    // The same name of another kind, or elsewhere: that is said, for it is easily overlooked.
    const elsewhere = !t.role && !holder ? [] : there(query(roots(document), named)).filter(e => same(nameOf(e), squeeze(t.name)) && (!t.role || t.role === 'field' || roleOf(e) === t.role || !holder || within(e, holder)));
    const inside = elsewhere.find(e => !holder || within(e, holder)) || elsewhere[0];
    const other = !inside ? [] : !holder || within(inside, holder) ? [`there is ${shown(inside)}${verb === 'see' || verb === 'click' ? ': write that kind' : ''}`] : [`there is ${shown(inside)}, but not in ${shown(holder)}`];
    if (like.length || !t.role && !holder) return {like, other};
    let kin = holder ? all.filter(e => e !== holder && within(e, holder)) : all.filter(e => t.role === 'field' || roleOf(e) === t.role);
    if (holder && !kin.length) kin = there(query(roots(holder), named));
    return {other, there: [...new Set(kin.map(shown))].slice(0, 5)};
  };

  const disabled = e => e.matches(':disabled') || !!e.closest('[aria-disabled=true],[inert]') || e.tagName === 'LABEL' && e.control && e.control.matches(':disabled');
  // The next time that the page is drawn, or a while later: one in the background draws nothing, and on a busy machine
  // it takes its time.
  const drawn = () => new Promise(done => {
    const stop = setTimeout(done, document.hidden ? 250 : 1000);
    requestAnimationFrame(() => { clearTimeout(stop); done(); });
  });
  const places = /^(transform|translate|rotate|scale|left|top|right|bottom|inset.*|margin.*|width|height)$/;
  // Whether an animation takes an element elsewhere, and not only changes its colour.
  const carries = a => {
    const frames = a.effect && a.effect.getKeyframes ? a.effect.getKeyframes() : [];
    return frames.some(f => Object.keys(f).some(p => places.test(p) && (frames.length === 1 || frames.some(other => other[p] !== f[p]))));
  };
  // What swings is where it was, now and then, and a busy machine may look just then; so animations are asked, too. One
  // may still wait for its first picture, or no picture has come since a time of the page's: then any may move it.
  const aboutToMove = (e, since) => {
    if (document.hidden) return false;
    const stuck = document.timeline.currentTime === since;
    for (let c = e; c; c = c.parentNode || c.host) {
      if (c.getAnimations && c.nodeType === 1 && c.getAnimations().some(a => a.playState === 'running' && (a.pending || stuck || carries(a)))) return true;
    }
    return false;
  };
  const box = e => { const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; };
  const refuse = (why, more) => ({ok: false, why, ...more});
  // What many pages let appear only when somebody scrolls to it is scrolled to: the next look sees it.
  const approach = r => {
    const e = r.found.length ? null : (r.concealed || []).find(e => laidOut(e) && !outOfSight(e, e.getBoundingClientRect()) && (box(e)[1] >= innerHeight || box(e)[1] + box(e)[3] <= 0));
    if (e) e.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'});
  };

  const locate = (t, verb) => {
    const r = find(t, verb);
    const e = pick(r.found, t.nth);
    if (e) return {e};
    approach(r);
    if (r.holder) return refuse(r.holders > 1 ? 'holders' : 'holder', {holder: r.holder, count: r.holders, deep: r.deep || 0});
    if (r.found.length && t.nth) return refuse('few', {count: r.found.length, candidates: candidates(r.found)});
    if (r.found.length) return refuse('many', {count: r.found.length, tier: r.tier, candidates: candidates(r.found)});
    if (r.only) return refuse('only', {shown: r.only});
    return refuse(r.hidden ? 'hidden' : 'none', {candidates: r.offered || []});
  };

  // ready waits until the element of a target can be acted upon: it stands still, is enabled, and nothing covers
  // it. It answers with the point, or with what it was waiting for.
  const ready = async (t, verb) => {
    const r = locate(t, verb);
    if (!r.e) return r;
    let e = r.e;
    H.last = e;
    const what = {shown: shown(e), tag: e.tagName, type: e.type || '', role: roleOf(e)};
    const fact = t.beyond ? factOf(e) : {};
    if (fact.disabled || disabled(e)) return refuse('disabled', what);
    if (verb === 'tick' || verb === 'set') {
      what.checked = e.checked !== undefined && e.tagName === 'INPUT' ? e.checked : e.getAttribute('aria-checked') === 'true';
    }
    if (verb === 'choose') [H.listed, H.token] = [e, what.token = Math.random().toString(36)];
    if (verb === 'choose' && what.role === 'group') return {ok: true, ...what}; // what is clicked is one in it
    if ((verb === 'fill' || verb === 'set') && (e.readOnly || fact.readonly || e.getAttribute('aria-readonly') === 'true')) return refuse('read-only', what);
    const written = verb === 'fill' || verb === 'set' || verb === 'upload' || verb === 'choose' && e.tagName === 'SELECT';
    if (!visible(e) && (written || verb === 'tick')) {
      const label = [...(e.labels || [])].find(visible);
      const drawn = label || (laidOut(e) ? e : null);
      if (!drawn) { // a script opens it, or a field of a form is ticked or uploaded to next
        const over = behind(e);
        return over ? refuse('covered', {...what, cover: shown(over)}) : {ok: true, ...what};
      }
      e = drawn;
    }
    H.spot = e;
    H.lenient = written;
    e.scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'});
    const before = box(e);
    for (let drawings = 0; drawings < 3 && !written; drawings++) { // each is looked at: a script may move it back and forth
      const time = document.timeline.currentTime;
      await drawn();
      if (!e.isConnected) return refuse('gone', what);
      const now = box(e);
      if (aboutToMove(e, time)) return refuse('moving', what);
      if (before.some((v, i) => Math.abs(v - now[i]) > 0.5)) return refuse('moving', what);
    }
    let p = spots();
    if (!p.points.length) {
      e.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'}); // from under what sticks to an edge
      p = spots();
    }
    // A label that is all link: who wants the box then takes the keyboard.
    if (!p.points.length && verb === 'tick' && p.inner && e !== H.last) return {ok: true, keys: true, ...what};
    if (!p.points.length) return refuse(p.cover ? 'covered' : 'outside', {...what, cover: p.cover && shown(p.cover)});
    return {ok: true, at: true, x: p.points[0][0], y: p.points[0][1], ...what};
  };
  // Where what was made ready last can be touched, in the part of its frame that is in sight.
  const spots = part => pointsOf(H.spot, part || whole(), H.lenient);

  const changed = e => { for (const type of ['input', 'change']) e.dispatchEvent(new Event(type, {bubbles: true, composed: true})); };

  const fill = async value => {
    const e = H.last;
    if (!e || !e.isConnected) return refuse('gone');
    e.focus();
    if (!e.isConnected) return refuse('gone', {shown: shown(e)}); // the page has drawn it anew
    if (e.isContentEditable) {
      getSelection().selectAllChildren(e);
      if (value) document.execCommand('insertText', false, value); else document.execCommand('delete');
      return {ok: true};
    }
    if (!('value' in e) || ['checkbox', 'radio', 'file', 'button', 'submit', 'reset', 'image'].includes(e.type)) return refuse('not-fillable', {shown: shown(e)});
    if (e.maxLength >= 0 && value.length > e.maxLength) return refuse('too-long', {shown: shown(e), count: e.maxLength});
    e.value = value;
    const first = e.value;
    changed(e);
    if (value && first === '') return refuse('not-taken', {shown: shown(e), type: e.type});
    await null; // a script that thinks about it does so right behind the event
    if (!e.isConnected || keptIn(e.value, value, e.type)) return {ok: true};
    const limits = e.type === 'range' ? `from ${e.min || 0} to ${e.max || 100}, in steps of ${e.step || 1}` : '';
    return refuse('changed', {shown: shown(e), type: e.type, limits, have: e.type === 'password' ? '' : e.value});
  };
  // Whether a field holds what was written, perhaps formatted anew: its letters and digits are all there.
  const keptIn = (have, value, type) => {
    if (have === value) return true;
    if (type === 'range') return value.trim() !== '' && Number(have) === Number(value);
    if (type === 'color') return have.toLowerCase() === value.toLowerCase() || /^[a-z]+$/i.test(value) && CSS.supports('color', value);
    const bare = s => s.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
    if (bare(value) === '') return have.trim() === value.trim();
    if (/^\s*-\d/.test(value) && !/[-−–(]/.test(have) || /^\s*-?\d+\.\d+\s*$/.test(value) && !/[.,٫]/.test(have)) return false;
    return bare(have).includes(bare(value));
  };

  const choose = value => {
    const e = H.last;
    if (!e || !e.isConnected) return refuse('gone');
    if (e.tagName !== 'SELECT') return refuse('not-select');
    const options = [...e.options];
    const called = o => squeeze(o.label || o.text);
    const words = squeeze(value);
    const equal = [o => called(o) === words, o => same(called(o), words), o => o.value === value].map(fits => options.filter(fits)).find(l => l.length) || [];
    const option = equal[0];
    if (!option) return refuse('no-option', {shown: shown(e), candidates: options.slice(0, 20).map(called)});
    if (equal.length > 1) return refuse('same-options', {shown: shown(e), count: equal.length, candidates: equal.slice(0, 5).map(o => o.value)});
    if (option.disabled || option.parentElement.disabled) return refuse('option-disabled', {shown: shown(e)});
    e.focus();
    if (!option.selected) { option.selected = true; changed(e); }
    return {ok: true};
  };

  // list writes an option of the field's own list. One that fills itself while somebody writes is written to first.
  const list = async value => {
    const e = H.last;
    if (!e || !e.isConnected) return refuse('gone');
    const options = e.list ? [...e.list.options] : [];
    const words = squeeze(value);
    const fits = [o => o.value === value, o => squeeze(o.label || o.text) === words, o => same(o.value, value) || same(squeeze(o.label || o.text), words)];
    const option = fits.map(f => options.find(f)).find(o => o);
    if (option) return fill(option.value);
    if (e.value !== value) await fill(value);
    return refuse('no-option', {shown: shown(e), candidates: options.slice(0, 20).map(o => squeeze(o.label || o.text) || o.value)});
  };

  const upload = (name, media, data) => {
    const e = H.last;
    if (!e || !e.isConnected) return refuse('gone');
    const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], name, {type: media}));
    e.files = files.files;
    changed(e);
    return {ok: true};
  };

  // outline is the page as assistive technology reads it, a line each.
  const outline = () => {
    const lines = [];
    const walk = (n, depth) => {
      for (const e of n.children) {
        if (lines.length >= 200) return;
        if (!e.checkVisibility({visibilityProperty: true})) continue;
        const role = roleOf(e);
        let inner = depth;
        if (role && role !== 'generic' && role !== 'none' && role !== 'presentation' && role !== 'LineBreak') {
          const name = cut(nameOf(e), 100);
          const state = [disabled(e) && 'disabled', e.checked && 'ticked', document.activeElement === e && 'focused'].filter(x => x).join(', ');
          lines.push('  '.repeat(depth) + role + (name ? ` "${name}"` : '') + (state ? ` (${state})` : ''));
          inner++;
        } else {
          const own = squeeze([...e.childNodes].filter(c => c.nodeType === 3).map(c => c.data).join(' '));
          if (own) lines.push('  '.repeat(depth) + cut(own, 200));
        }
        if (shadowOf(e)) walk(shadowOf(e), inner);
        walk(e, inner);
      }
    };
    if (document.body) walk(document.body, 0);
    return lines;
  };

  // In milliseconds; what the browser has not measured is not there.
  const measured = () => {
    const ms = {};
    const nav = performance.getEntriesByType('navigation')[0];
    if (nav && nav.responseStart > 0) ms.ttfb = nav.responseStart;
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    if (paint) ms.fcp = paint.startTime;
    if (H.lcp !== undefined) ms.lcp = H.lcp;
    if (H.cls !== undefined) ms.cls = H.cls;
    return ms;
  };

  const H = {
    last: null, // what was made ready; spot is what a person touches of it, listed what has options
    spot: null, listed: null, token: '', lenient: false,
    // look is what a person sees of a target: how many there are in sight. Who looks that it is absent does not scroll.
    look: afresh((t, absent) => { const r = find(t, 'see'); if (!absent) approach(r); return {count: r.found.length + (r.drawn || 0), hidden: r.hidden, holder: r.holder || '', holders: r.holders || 0, deep: r.deep || 0, candidates: candidates(r.found)}; }),
    count: afresh((t, verb) => { const r = find(t, verb); return {count: r.found.length, tier: r.tier, shown: r.only || '', candidates: candidates(r.found)}; }),
    // The fields that the browser's own checks refuse, after somebody has tried to send their form.
    unsent: () => query(roots(document), ':user-invalid').filter(e => e.form && !e.form.noValidate && e.validationMessage)
      .map(e => `${shown(e)}: ${cut(squeeze(e.validationMessage), 200)}`),
    breathe: () => new Promise(done => setTimeout(done)),
    // state of a box that was ready, and has been drawn anew since.
    state: afresh(t => {
      const r = locate(t, 'tick');
      return r.e ? {checked: r.e.tagName === 'INPUT' ? r.e.checked : r.e.getAttribute('aria-checked') === 'true'} : {why: 'gone'};
    }),
    ready: afresh(ready), fill, choose, list, upload, outline: afresh(outline), adopt: afresh(adopt), enter,
    alike: afresh(alike),
    spots: afresh(part => { const p = spots(part); return {points: p.points, cover: p.cover ? shown(p.cover) : ''}; }),
    middle: () => { const [x, y, w, h] = box(H.spot); return [x + w / 2, y + h / 2]; },
    size: () => ({width: innerWidth, height: innerHeight}),
    // Of the element that shows a frame.
    inSight: afresh(([frame]) => visible(frame)),
    opening: afresh(([frame], ...more) => opening(frame, ...more)),
    through: afresh(([frame], ...more) => through(frame, ...more)),
    bring: afresh(([frame], ...more) => bring(frame, ...more)),
    focus: () => { if (H.last) H.last.focus(); },
    checked: () => { const e = H.last; return !e || !e.isConnected ? null : e.tagName === 'INPUT' ? e.checked : e.getAttribute('aria-checked') === 'true'; },
    expanded: () => !!H.last && H.last.getAttribute('aria-expanded') === 'true',
    kind: () => { const e = H.last; return {tag: e.tagName, type: e.type || '', role: roleOf(e), list: !!e.list}; },
    css: afresh((selector, attribute) => {
      const all = query(openRoots(document), selector);
      const seen = all.filter(visible);
      const e = seen[0] || (attribute ? all[0] : null);
      if (!e) return {count: 0};
      if (attribute) return {count: all.length, value: e.getAttribute(attribute)};
      return {count: seen.length, value: ('value' in e && ['INPUT', 'TEXTAREA', 'SELECT'].includes(e.tagName) ? e.value : e.innerText ?? e.textContent).replace(/\s+/g, ' ').trim()};
    }),
    page: () => {
      const nav = performance.getEntriesByType('navigation')[0];
      return {title: document.title, url: location.href, status: nav ? nav.responseStatus || 0 : 0, duration: nav ? nav.loadEventEnd || nav.duration : 0, state: document.readyState, ...measured()};
    },
  };
  // What was measured of the page's loading, told whenever it changes.
  const tell = () => { if (globalThis.hoopsMeasured) hoopsMeasured(JSON.stringify(measured())); };
  if (window === window.top) try {
    new PerformanceObserver(l => { for (const e of l.getEntries()) H.lcp = e.startTime; tell(); }).observe({type: 'largest-contentful-paint', buffered: true});
    new PerformanceObserver(tell).observe({type: 'paint', buffered: true});
    new PerformanceObserver(tell).observe({type: 'navigation', buffered: true});
    H.cls = 0;
    // The largest burst of shifts: at most one second between two, at most five in all.
    let first = 0, last = 0, sum = 0;
    new PerformanceObserver(l => {
      for (const e of l.getEntries()) {
        if (e.hadRecentInput) continue;
        if (e.startTime - last > 1000 || e.startTime - first > 5000) { first = e.startTime; sum = 0; }
        last = e.startTime; sum += e.value; H.cls = Math.max(H.cls, sum);
      }
      tell();
    }).observe({type: 'layout-shift', buffered: true});
  } catch { }
  globalThis.hoops = H;
