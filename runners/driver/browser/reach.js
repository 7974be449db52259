// Where an element can be touched, and what stands in the way. One function with sight.js and page.js.

// The browser's own roots, of a video's controls for example: nothing is looked for there, but something may be hit.
const drawnBy = new WeakMap();
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
  for (let e = inner; e; e = around(e)) if (e === outer) return true;
  for (let e = inner; e; e = e.parentNode || e.host) if (e === outer) return true;
  return false;
};
// The text of a host that stands in a slot of an element is hit as the host.
const slotted = (e, host, x, y) => !!shadowOf(host) && [...e.querySelectorAll('slot'), ...e.tagName === 'SLOT' ? [e] : []].some(slot =>
  [...host.childNodes].some(n => n.nodeType === 3 && slotOf(n) === slot && (() => {
    const range = document.createRange();
    range.selectNode(n);
    return [...range.getClientRects()].some(r => r.left <= x && x <= r.right && r.top <= y && y <= r.bottom);
  })()));

const touchable = 'button,a[href],area[href],input,select,textarea,summary,[contenteditable=""],[contenteditable=true],' +
  ['button', 'link', 'menuitem', 'menuitemcheckbox', 'menuitemradio', 'tab', 'option', 'treeitem', 'textbox', 'searchbox', 'combobox', 'checkbox', 'radio', 'switch', 'slider', 'spinbutton'].map(r => `[role~=${r}]`).join(',');
// Of these, what is in them is part of them.
const composed = ['combobox', 'listbox', 'radiogroup', 'slider', 'spinbutton'].map(r => `[role~=${r}]`).join(',');
// What the page shows in front of all others, and lets nobody past.
const modal = () => [document, ...[...document.querySelectorAll('*')].map(shadowOf).filter(r => r)].flatMap(r => [...r.querySelectorAll('dialog:modal')]);
const behind = e => { const all = modal(); return all.length && !all.some(d => within(e, d)) ? all[all.length - 1] : null; };

// What is touched at a point: the element itself (nothing is answered), a control in it, or what covers it.
const touched = (e, x, y) => {
  const hit = deepest(x, y);
  if (!hit) return {cover: document.documentElement};
  let nested = null;
  for (let c = hit; c; c = around(c)) {
    if (c === e || c.tagName === 'LABEL' && c.control === e) return nested ? {nested} : null;
    if (!nested && c.nodeType === 1 && c.matches(touchable) && !(e.tagName === 'LABEL' && e.control === c)) nested = c;
  }
  if (within(hit, e) || slotted(e, hit, x, y)) return null;
  return {cover: within(e, hit) && behind(e) || hit};
};
const fractions = [.5, .3, .7, .12, .88];

// The points of an element, within a part of the frame, at which a click lands on it and nothing else; or what stands
// in the way. A field may be covered in part: who wants to write finds the rest.
const pointsOf = (e, part, lenient) => {
  const points = [];
  let cover = null, nested = null;
  for (const r of e.getClientRects()) {
    const left = Math.max(r.left, part.left), top = Math.max(r.top, part.top), right = Math.min(r.right, part.right), bottom = Math.min(r.bottom, part.bottom);
    if (right - left < 1 || bottom - top < 1) continue;
    const at = (fx, fy) => [left + (right - left) * fx, top + (bottom - top) * fy];
    const middle = at(.5, .5), other = touched(e, ...middle);
    if (!other) { points.push(middle); continue; }
    cover = cover || other.cover || null;
    nested = nested || other.nested || null;
    const enough = points.length + 3;
    if (other.nested || lenient) for (const fy of fractions) for (const fx of fractions) if (points.length < enough && !touched(e, ...at(fx, fy))) points.push(at(fx, fy));
    // What is called the same is the same to a person; and who names what is nothing to act on means what is in it.
    const one = e.matches(touchable) && !e.matches(composed);
    if (other.nested && !points.length && e.tagName !== 'LABEL' && (!one || nameOf(other.nested) === nameOf(e))) points.push(middle);
  }
  return {points, cover: cover || nested, inner: !cover && nested};
};
const whole = () => ({left: 0, top: 0, right: innerWidth, bottom: innerHeight});

// A frame's own place, asked of the page that it is in. Its contents may be drawn larger or smaller than they are.
const placed = (frame, inner) => {
  const r = frame.getBoundingClientRect(), s = getComputedStyle(frame);
  const px = v => parseFloat(v) || 0;
  const wide = frame.offsetWidth || 1, high = frame.offsetHeight || 1;
  const x = r.x + (frame.clientLeft + px(s.paddingLeft)) / wide * r.width, y = r.y + (frame.clientTop + px(s.paddingTop)) / high * r.height;
  const width = (frame.clientWidth - px(s.paddingLeft) - px(s.paddingRight)) / wide * r.width;
  const height = (frame.clientHeight - px(s.paddingTop) - px(s.paddingBottom)) / high * r.height;
  return {x, y, width, height, scaleX: width / inner.width || 1, scaleY: height / inner.height || 1};
};
// The part of a frame that is in sight, in the coordinates of what is in it.
const opening = (frame, inner, part) => {
  const p = placed(frame, inner);
  let {left, top, right, bottom} = part || whole();
  left = Math.max(left, p.x); top = Math.max(top, p.y); right = Math.min(right, p.x + p.width); bottom = Math.min(bottom, p.y + p.height);
  for (let c = around(frame); c; c = around(c)) {
    if (c.nodeType !== 1 || c === document.body || c === document.documentElement || !settingOf(c).box) continue;
    const b = settingOf(c).box;
    left = Math.max(left, b.left); top = Math.max(top, b.top); right = Math.min(right, b.right); bottom = Math.min(bottom, b.bottom);
  }
  const into = (v, from, scale) => (v - from) / scale;
  return {left: into(left, p.x, p.scaleX), top: into(top, p.y, p.scaleY), right: into(right, p.x, p.scaleX), bottom: into(bottom, p.y, p.scaleY)};
};
// Where a point in a frame is in the page around it, and what covers it there.
const through = (frame, inner, x, y) => {
  const p = placed(frame, inner);
  const at = {x: p.x + x * p.scaleX, y: p.y + y * p.scaleY, cover: ''};
  const hit = deepest(at.x, at.y);
  if (hit && hit !== frame && !within(hit, frame)) at.cover = shown(within(frame, hit) && behind(frame) || hit);
  return at;
};
// Scrolls a point of a frame into sight.
const bring = (frame, inner, x, y) => {
  frame.scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'});
  const p = placed(frame, inner), to = {x: p.x + x * p.scaleX, y: p.y + y * p.scaleY};
  if (to.x < 0 || to.y < 0 || to.x > innerWidth || to.y > innerHeight) scrollBy({left: to.x - innerWidth / 2, top: to.y - innerHeight / 2, behavior: 'instant'});
  const now = placed(frame, inner);
  return {x: now.x + x * now.scaleX, y: now.y + y * now.scaleY};
};
