// What a person can see of an element, and what he reads there. One function with page.js and reach.js.

// White space of any kind is one space; a soft hyphen, and what has no width, is nothing.
const squeeze = s => (s || '').replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '').replace(/\s+/g, ' ').trim();
const same = (a, b) => a === b || a.toLowerCase() === b.toLowerCase();

// Closed shadow roots by their hosts, as far as the browser has told them.
const entered = new WeakMap();
const shadowOf = e => e.shadowRoot || entered.get(e);
// The slot of a closed root does not say so itself.
const slotOf = n => {
  if (n.assignedSlot) return n.assignedSlot;
  const root = n.parentNode && entered.get(n.parentNode);
  return root ? [...root.querySelectorAll('slot')].find(s => s.assignedNodes().includes(n)) : null;
};
// What is around a node as the page is drawn: what stands in a slot is in the slot.
const around = n => slotOf(n) || n.parentNode || n.host;

// How an element bears on what is in it, kept while one question is answered.
let settings = new Map();
const afresh = ask => (...a) => { settings = new Map(); return ask(...a); };
const settingOf = e => {
  let f = settings.get(e);
  if (f) return f;
  const s = getComputedStyle(e);
  const boxed = s.display !== 'contents' && s.display !== 'inline' && !s.display.startsWith('table-row');
  f = {position: s.position, x: boxed ? s.overflowX : 'visible', y: boxed ? s.overflowY : 'visible', rtl: s.direction === 'rtl', cut: cutAway(s),
    holds: s.transform !== 'none' || s.filter !== 'none' || s.perspective !== 'none' || /paint|layout|strict|content/.test(s.contain), box: null};
  if (f.x !== 'visible' || f.y !== 'visible') f.box = e.getBoundingClientRect();
  settings.set(e, f);
  return f;
};
// Whether a style leaves nothing of an element: the usual ways to write for screen readers only.
const cutAway = s => {
  const clip = s.position === 'absolute' || s.position === 'fixed' ? /^rect\((.*)\)$/.exec(s.clip) : null;
  if (clip) {
    const [top, right, bottom, left] = clip[1].split(/,\s*|\s+/).map(parseFloat);
    if (right - left <= 1 || bottom - top <= 1) return true;
  }
  const inset = /^inset\(([^)]*)\)$/.exec(s.clipPath);
  if (!inset) return /^circle\(0(px|%)?( |\))/.test(s.clipPath);
  const side = inset[1].split(' round ')[0].split(' ').map(v => v.endsWith('%') ? parseFloat(v) : 0);
  const [top, right = top, bottom = top, left = right] = side;
  return top + bottom >= 100 || left + right >= 100;
};

// Whether an element with a box is where nobody can look: cut off by what it is in, or where no scrolling leads.
const outOfSight = (e, box) => {
  const own = settingOf(e);
  if (own.cut) return true;
  if ((own.x !== 'visible' || own.y !== 'visible') && (box.width <= 1 || box.height <= 1) && squeeze(e.textContent)) return true;
  let {left, top, right, bottom} = box;
  let position = own.position;
  for (let c = around(e); c; c = around(c)) {
    if (c.nodeType !== 1 || c === document.documentElement || c === document.body) continue;
    const f = settingOf(c);
    if (position === 'fixed' && !f.holds || position === 'absolute' && f.position === 'static' && !f.holds) continue; // it is not in that
    if (f.cut) return true;
    if (f.box) {
      const b = f.box, width = right - left, height = bottom - top;
      const cut = v => v === 'hidden' || v === 'clip', scrolls = v => v === 'auto' || v === 'scroll';
      if (scrolls(f.x) && !f.rtl && right - b.left + c.scrollLeft <= 0 || scrolls(f.y) && bottom - b.top + c.scrollTop <= 0) return true;
      if (cut(f.x)) { left = Math.max(left, b.left); right = Math.min(right, b.right); }
      if (cut(f.y)) { top = Math.max(top, b.top); bottom = Math.min(bottom, b.bottom); }
      if (cut(f.x) && right - left < Math.min(width, 1.01) || cut(f.y) && bottom - top < Math.min(height, 1.01)) return true;
      if (scrolls(f.x)) { left = b.left; right = b.right; }
      if (scrolls(f.y)) { top = b.top; bottom = b.bottom; }
    }
    position = f.position;
  }
  if (position === 'fixed') return right <= 0 || bottom <= 0;
  return right + scrollX <= 0 && getComputedStyle(document.documentElement).direction !== 'rtl' || bottom + scrollY <= 0;
};
// Words without a colour, and nothing else that would show them.
const transparent = e => {
  if (e.matches('button,a,input,select,textarea,img,svg,[role]') || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) return false;
  const s = getComputedStyle(e);
  return /^rgba\(.*, 0\)$|\/ 0\)$|^transparent$/.test(s.webkitTextFillColor) && s.textShadow === 'none' && s.backgroundImage === 'none' && parseFloat(s.webkitTextStrokeWidth) === 0;
};

const sighted = (e, strict) => {
  if (e.tagName === 'OPTION' || e.tagName === 'OPTGROUP') {
    const list = e.closest('select');
    return !!list && sighted(list, strict);
  }
  if (!e.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true, opacityProperty: strict})) return false;
  if (e.tagName === 'AREA') return true;
  const box = e.getBoundingClientRect();
  if (box.width === 0 || box.height === 0) return [...e.children].some(c => sighted(c, strict));
  return !strict || !outOfSight(e, box) && !transparent(e);
};
const visible = e => sighted(e, true);
// What takes up room though nobody sees it: an invisible field over what is drawn for it, for example.
const laidOut = e => sighted(e, false);

// The text that an element shows: of a closed list the chosen option only.
const textOf = e => {
  let text = 'innerText' in e ? e.innerText : e.textContent;
  for (const list of e.tagName === 'SELECT' ? [e] : e.querySelectorAll('select')) {
    if (!list.multiple && list.size < 2) text = text.replace(list.innerText, [...list.selectedOptions].map(o => o.text).join(' '));
  }
  return text;
};
const dense = s => s.replace(/[\s\u00ad\u200b-\u200f\u2060\ufeff]+/g, '').toLowerCase();
// Whether the characters are all there, in this order. What an element reads is never more than that, so this says
// quickly of most that they need no layout.
const mayRead = (e, needle) => {
  const text = e.textContent.toLowerCase();
  let at = -1;
  for (const c of needle) if ((at = text.indexOf(c, at + 1)) < 0) return false;
  return true;
};
// Whether an element reads exactly so: with what is a space to a person, and without what is hidden.
const readsAs = (e, words) => same(squeeze(e.textContent), words)
  || (e.firstElementChild || shadowOf(e)) && mayRead(e, dense(words)) && same(squeeze(e.innerText ?? e.textContent), words);
const readsWith = (e, words) => mayRead(e, dense(words)) && squeeze(e.innerText ?? e.textContent).toLowerCase().includes(words.toLowerCase());
const times = (text, needle) => text.split(needle).length - 1;

// The innermost elements whose text has the words.
const withText = (scope, words) => {
  const needle = words.toLowerCase(), close = dense(words);
  const found = [], unseen = [];
  const skip = e => ['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'OPTION'].includes(e.tagName);
  // It answers whether something is found, and how often the words stand where nobody sees them though they count
  // as text of what is around them.
  const down = (n, has) => {
    let deeper = false, ghosts = 0;
    for (const child of n.children) {
      if (skip(child) || !has(child)) continue;
      const c = down(child, has);
      deeper = deeper || c.deeper;
      ghosts += c.ghosts;
    }
    if (deeper || n.nodeType !== 1) return {deeper, ghosts};
    if (!visible(n)) {
      if (squeeze(n.textContent).toLowerCase().includes(needle)) unseen.push(n);
      return {deeper: false, ghosts: laidOut(n) ? times(squeeze(textOf(n)).toLowerCase(), needle) : 0};
    }
    // What an element that is in sight does not show, a script's words for example, is no text of it.
    if (times(squeeze(textOf(n)).toLowerCase(), needle) <= ghosts) return {deeper: false, ghosts};
    found.push(n);
    return {deeper: true, ghosts: 0};
  };
  const look = has => {
    for (const r of scope) {
      const top = r.nodeType === 9 ? r.documentElement : r;
      if (top && !(top.nodeType === 1 && skip(top)) && has(top)) down(top, has);
    }
  };
  look(n => dense(n.textContent).includes(close));
  // Not so quick: what is hidden may stand between the words.
  if (!found.length) look(n => mayRead(n, close) && (n.nodeType !== 1 || squeeze(textOf(n)).toLowerCase().includes(needle)));
  found.push(...unseen);
  for (const input of scope.flatMap(r => [...r.querySelectorAll('input[type=button],input[type=submit],input[type=reset]')])) {
    if (squeeze(input.value).toLowerCase().includes(needle)) found.push(input);
  }
  return found;
};
