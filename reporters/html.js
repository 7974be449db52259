"use strict";
(() => {
  const form = document.querySelector("form.filter");
  const main = document.getElementById("scenarios");
  if (!form || !main) return;
  const box = form.elements.namedItem("q"), out = form.querySelector("output");
  const rows = [...main.querySelectorAll("li.sc")].map(e => ({ e, text: "" }));
  const features = [...main.querySelectorAll("article")];
  const textOf = r => r.text || (r.text = ([...r.e.closest("article").querySelectorAll("h3, .ft .tags")].map(e => e.textContent).join(" ") + " " + r.e.textContent + " status:" + r.e.dataset.s).toLowerCase());
  const filter = () => {
    const words = box.value.toLowerCase().match(/-?(?:"[^"]*"|\S)+/g) || [];
    const terms = words.map(w => ({ not: w.length > 1 && w[0] === "-", text: w.replace(/^-(?=.)/, "").replaceAll('"', "") }));
    let shown = 0;
    for (const r of rows) {
      const t = terms.length ? textOf(r) : "";
      const hide = !terms.every(w => t.includes(w.text) !== w.not);
      if (r.e.hidden !== hide) r.e.hidden = hide;
      if (!hide) shown++;
    }
    for (const f of features) {
      const any = f.querySelector("li.sc:not([hidden])");
      f.hidden = !any;
      if (any && terms.length) f.querySelector("details").open = true;
    }
    out.value = terms.length ? shown + " of " + rows.length : "";
    try { history.replaceState(null, "", terms.length ? "#q=" + encodeURIComponent(box.value) : location.pathname + location.search); } catch (e) { /* an address that cannot be written is no loss */ }
  };
  const opened = () => {
    const at = decodeURIComponent(location.hash.slice(1));
    if (at.startsWith("q=")) { box.value = at.slice(2); filter(); return; }
    for (let e = document.getElementById(at); e; e = e.parentElement) if (e.localName === "details") e.open = true;
    const d = document.getElementById(at)?.querySelector("details");
    if (d) { d.open = true; d.scrollIntoView(); }
  };
  let waiting = 0;
  box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
  form.addEventListener("submit", e => { e.preventDefault(); filter(); });
  addEventListener("hashchange", opened);
  form.hidden = false;
  opened();
})();
