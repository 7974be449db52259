// The part of the driver that lives in the page, in a world of its own: scripts of the page cannot see it, and
// what they did to built-in objects does not reach it. It finds elements as a person does, and says why it
// cannot.
(() => {
  const squeeze = s => (s || '').replace(/\s+/g, ' ').trim();
  // A text of the page in a message, to be cut after n letters: not here, for what is a secret must be masked before.
  // Much more than a secret's length is kept, and a mark where it ends.
  const cut = (text, n) => {
    const t = text.replace(/[\x02\x03]/g, '');
    return t.length <= n ? t : `\x02${n} ${t.length > n + 4000 ? t.slice(0, n + 4000) + '…' : t}\x03`;
  };
  const same = (a, b) => a === b || a.toLowerCase() === b.toLowerCase();

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
    if ('computedName' in e) {
      const name = squeeze(e.computedName);
      if (name) return name;
    }
    const by = e.getAttribute('aria-labelledby');
    if (by) return squeeze(by.split(/\s+/).map(id => e.getRootNode().getElementById(id)?.textContent).join(' '));
    return squeeze(e.getAttribute('aria-label')) || labelText(e) || squeeze(e.getAttribute('alt'))
      || (e.tagName === 'INPUT' ? (['button', 'submit', 'reset'].includes(e.type) ? e.value : '')
        : e.tagName === 'SELECT' || e.tagName === 'TEXTAREA' ? '' : squeeze(e.innerText ?? e.textContent)) || squeeze(e.getAttribute('title'));
  };

  // Closed shadow roots by their hosts, as far as the browser has told them.
  const entered = new WeakMap();
  const shadowOf = e => e.shadowRoot || entered.get(e);
  // The browser's own, of a video's controls for example: nothing is looked for there, but something may be hit.
  const drawnBy = new WeakMap();
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

  const visible = e => {
    if (e.tagName === 'OPTION' || e.tagName === 'OPTGROUP') {
      const list = e.closest('select');
      return !!list && visible(list);
    }
    if (!e.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true})) return false;
    if (e.tagName === 'AREA') return true;
    const box = e.getBoundingClientRect();
    if (box.width > 0 && box.height > 0) return true;
    return [...e.children].some(visible);
  };
  const usable = (e, verb) => verb === 'upload' || visible(e)
    // A box that is drawn by its label is hidden itself: who ticks it clicks the label.
    || verb === 'tick' && [...(e.labels || [])].some(visible);

  // The text that an element shows: of a closed list the chosen option only.
  const textOf = e => {
    let text = 'innerText' in e ? e.innerText : e.textContent;
    for (const list of e.tagName === 'SELECT' ? [e] : e.querySelectorAll('select')) {
      if (!list.multiple && list.size < 2) text = text.replace(list.innerText, [...list.selectedOptions].map(o => o.text).join(' '));
    }
    return text;
  };
  // The innermost elements whose text has the words.
  const withText = (scope, words) => {
    const needle = words.toLowerCase();
    const found = [];
    const has = n => squeeze(n.textContent).toLowerCase().includes(needle);
    const skip = e => ['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'OPTION'].includes(e.tagName);
    const down = n => {
      let deeper = false;
      for (const child of n.children) if (!skip(child) && has(child)) deeper = down(child) || deeper;
      if (!deeper && n.nodeType === 1) {
        // What an element that is in sight does not show, a script's words for example, is no text of it.
        if (!squeeze(textOf(n)).toLowerCase().includes(needle) && visible(n)) return false;
        found.push(n);
        return true;
      }
      return deeper;
    };
    for (const r of scope) {
      const top = r.nodeType === 9 ? r.documentElement : r;
      if (top && !(top.nodeType === 1 && skip(top)) && has(top)) down(top);
    }
    for (const input of query(scope, 'input[type=button],input[type=submit],input[type=reset]')) {
      if (squeeze(input.value).toLowerCase().includes(needle)) found.push(input);
    }
    return found;
  };

  // What a label stands for; that it must be filled in, "Name *", is no part of its words.
  const labelled = (scope, words, fits) => query(scope, 'label')
    .filter(l => same(squeeze(l.textContent), words) || same(squeeze(l.textContent).replace(/[\s:*]+$/, ''), words))
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
          () => ofRole().filter(e => [...e.querySelectorAll('td,th,[role=cell],[role=gridcell],legend,caption,' + heads)].some(c => same(squeeze(c.textContent), t.name))),
          () => innermost(ofRole().filter(e => squeeze(e.innerText ?? e.textContent).toLowerCase().includes(t.name.toLowerCase()))),
        ];
      }
      return [
        () => exact(ofRole()),
        () => t.role === 'field' || fields.includes(t.role) ? labelled(scope, t.name, e => ofRole().includes(e)) : [],
        () => t.role === 'field' || fields.includes(t.role) ? ofRole().filter(e => same(squeeze(e.placeholder), t.name)) : [],
        () => ofRole().filter(e => e.getAttribute('data-testid') === t.name),
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
      if (verb === 'click') {
        tiers.push(() => withText(scope, t.name).filter(e => same(squeeze(e.innerText ?? e.textContent), t.name)));
        tiers.push(() => withText(scope, t.name));
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
  const innermost = list => list.filter(e => !list.some(o => o !== e && e.contains(o)));

  // Everything that a target means in this frame: the first tier with a visible element, and what was hidden.
  const find = (t, verb) => {
    const rootsOf = t.css ? openRoots : roots;
    let scope = rootsOf(document);
    let outer = document;
    if (t.in) {
      const holder = find({...t.in, role: t.in.role || '', beyond: t.beyond}, 'in');
      const chosen = pick(holder.found, t.in.nth);
      if (!chosen) return {found: [], tier: 99, hidden: 0, holder: t.in.name || t.in.css, holders: holder.found.length};
      let e = chosen;
      if (!t.in.role && !t.in.css) e = chosen.closest('tr,li,section,form,fieldset,article,dialog,table,ul,ol,[role]') || chosen;
      scope = rootsOf(e);
      outer = e;
    }
    let hidden = 0;
    const tiers = tiersOf(t, scope, verb);
    for (let i = 0; i < tiers.length; i++) {
      const all = [...new Set(tiers[i]())];
      const found = all.filter(e => usable(e, verb));
      hidden += all.length - found.length;
      if (found.length) return {found, tier: i, hidden};
    }
    if (t.beyond) {
      const found = innermost([...new Set(adopted(t).filter(x => x.e && x.e !== outer && within(x.e, outer) && usable(x.e, verb)).map(x => x.e))]);
      const drawn = outer === document && verb === 'see' ? adopted(t).filter(x => x.generated).length : 0;
      if (found.length || drawn) return {found, tier: 90, hidden, drawn};
    }
    return {found: [], tier: 99, hidden};
  };

  // What the browser's accessibility tree has said of targets, for the look that asked it.
  const beyond = new Map();
  const keyOf = t => [t.role || '', t.name].join('\n');
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
    if (like.length || !t.role && !holder) return {like};
    let kin = holder ? all.filter(e => e !== holder && within(e, holder)) : all.filter(e => t.role === 'field' || roleOf(e) === t.role);
    if (holder && !kin.length) kin = there(query(roots(holder), named));
    return {there: [...new Set(kin.map(shown))].slice(0, 5)};
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
  const deepest = (x, y) => {
    let e = document.elementFromPoint(x, y);
    for (let root; e && (root = shadowOf(e) || drawnBy.get(e));) {
      const inner = root.elementFromPoint(x, y);
      if (!inner || inner === e) break;
      e = inner;
    }
    return e;
  };
  const within = (inner, outer) => {
    for (let e = inner; e; e = e.parentNode || e.host) if (e === outer) return true;
    return false;
  };
  // Where a click lands on an element, in the coordinates of its frame; or what stands in the way.
  const pointOf = e => {
    const tried = [];
    for (const r of e.getClientRects()) {
      const left = Math.max(r.left, 0), top = Math.max(r.top, 0), right = Math.min(r.right, innerWidth), bottom = Math.min(r.bottom, innerHeight);
      if (right - left < 1 || bottom - top < 1) continue;
      const x = (left + right) / 2, y = (top + bottom) / 2;
      const hit = deepest(x, y);
      const label = hit && hit.closest && hit.closest('label');
      if (hit && (within(hit, e) || label && label.control === e)) return {x, y};
      if (hit) tried.push(hit);
    }
    return {cover: tried[0]};
  };
  // The offset of this frame in the page, as far as its parents may be asked.
  const offset = () => {
    let x = 0, y = 0, far = false;
    for (let w = window; w !== w.parent; w = w.parent) {
      let frame = null;
      try { frame = w.frameElement; } catch { }
      if (!frame) { far = true; break; }
      const r = frame.getBoundingClientRect();
      x += r.x + frame.clientLeft; y += r.y + frame.clientTop;
    }
    return {x, y, far};
  };

  const refuse = (why, more) => ({ok: false, why, ...more});
  const locate = (t, verb) => {
    const r = find(t, verb);
    const e = pick(r.found, t.nth);
    if (e) return {e};
    if (r.holder) return refuse(r.holders > 1 ? 'holders' : 'holder', {holder: r.holder, count: r.holders});
    if (r.found.length && t.nth) return refuse('few', {count: r.found.length, candidates: candidates(r.found)});
    if (r.found.length) return refuse('many', {count: r.found.length, tier: r.tier, candidates: candidates(r.found)});
    return refuse(r.hidden ? 'hidden' : 'none', {});
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
    if (verb === 'upload') return {ok: true, ...what};
    if (verb === 'tick') {
      what.checked = e.checked !== undefined && e.tagName === 'INPUT' ? e.checked : e.getAttribute('aria-checked') === 'true';
      if (!visible(e)) e = [...e.labels].find(visible);
    }
    if (verb === 'fill' || verb === 'set') {
      if (e.readOnly || fact.readonly || e.getAttribute('aria-readonly') === 'true') return refuse('read-only', what);
      return {ok: true, ...what};
    }
    if (verb === 'choose' && e.tagName === 'SELECT') return {ok: true, ...what};
    e.scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'});
    const before = box(e);
    for (let drawings = 0; drawings < 3; drawings++) { // each is looked at: a script may move it back and forth
      const time = document.timeline.currentTime;
      await drawn();
      if (!e.isConnected) return refuse('gone', what);
      const now = box(e);
      if (aboutToMove(e, time)) return refuse('moving', what);
      if (before.some((v, i) => Math.abs(v - now[i]) > 0.5)) return refuse('moving', what);
    }
    let p = pointOf(e);
    if (p.cover === undefined && p.x === undefined || p.cover) {
      e.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'}); // from under what sticks to an edge
      p = pointOf(e);
    }
    if (p.x === undefined) return refuse(p.cover ? 'covered' : 'outside', {...what, cover: p.cover && shown(p.cover)});
    const o = offset();
    if (!o.far) for (let w = window, x = p.x, y = p.y; w !== w.parent; w = w.parent) { // what covers the frame
      const frame = w.frameElement, r = frame.getBoundingClientRect();
      x += r.x + frame.clientLeft; y += r.y + frame.clientTop;
      const hit = w.parent.document.elementFromPoint(x, y);
      if (hit && hit !== frame && !within(hit, frame) && !(frame.getRootNode() instanceof w.parent.ShadowRoot)) return refuse('covered', {...what, cover: shown(hit)});
    }
    return {ok: true, x: p.x + o.x, y: p.y + o.y, far: o.far, ...what};
  };

  const changed = e => { for (const type of ['input', 'change']) e.dispatchEvent(new Event(type, {bubbles: true, composed: true})); };

  const fill = value => {
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
    changed(e);
    if (value && e.value === '') return refuse('not-taken', {shown: shown(e), type: e.type});
    return {ok: true};
  };

  const choose = value => {
    const e = H.last;
    if (!e || !e.isConnected) return refuse('gone');
    if (e.tagName !== 'SELECT') return refuse('not-select');
    const options = [...e.options];
    const option = options.find(o => squeeze(o.label || o.text) === value) || options.find(o => same(squeeze(o.label || o.text), value)) || options.find(o => o.value === value);
    if (!option) return refuse('no-option', {shown: shown(e), candidates: options.slice(0, 20).map(o => squeeze(o.label || o.text))});
    if (option.disabled || option.parentElement.disabled) return refuse('option-disabled', {shown: shown(e)});
    e.focus();
    if (!option.selected) { option.selected = true; changed(e); }
    return {ok: true};
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
    last: null,
    // look is what a person sees of a target: how many there are in sight.
    look: t => { const r = find(t, 'see'); return {count: r.found.length + (r.drawn || 0), hidden: r.hidden, holder: r.holder || '', holders: r.holders || 0, candidates: candidates(r.found)}; },
    count: (t, verb) => { const r = find(t, verb); return {count: r.found.length, tier: r.tier, candidates: candidates(r.found)}; },
    breathe: () => new Promise(done => setTimeout(done)),
    ready, fill, choose, upload, outline, adopt, enter,
    alike,
    checked: () => { const e = H.last; return !e || !e.isConnected ? null : e.tagName === 'INPUT' ? e.checked : e.getAttribute('aria-checked') === 'true'; },
    expanded: () => !!H.last && H.last.getAttribute('aria-expanded') === 'true',
    kind: () => { const e = H.last; return {tag: e.tagName, type: e.type || '', role: roleOf(e), list: !!e.list}; },
    css: (selector, attribute) => {
      const all = query(openRoots(document), selector);
      const seen = all.filter(visible);
      const e = seen[0] || (attribute ? all[0] : null);
      if (!e) return {count: 0};
      if (attribute) return {count: all.length, value: e.getAttribute(attribute)};
      return {count: seen.length, value: squeeze('value' in e && ['INPUT', 'TEXTAREA', 'SELECT'].includes(e.tagName) ? e.value : e.innerText ?? e.textContent)};
    },
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
})();
