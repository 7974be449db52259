// Filters, keeps the filters in the address and counts what is shown. The page works without it.
(function () {
  "use strict";
  var form = document.querySelector(".filters");
  if (!form) return;
  var selects = Array.prototype.slice.call(form.querySelectorAll("select"));
  var output = form.querySelector("output");
  var all = Array.prototype.slice.call(document.querySelectorAll(".f"));
  var rows = document.querySelectorAll(".overview li").length;
  function apply() {
    var chosen = selects.map(function (s) { return s.value; }).filter(Boolean);
    var shown = 0;
    all.forEach(function (e) {
      var fits = chosen.every(function (c) { return e.classList.contains(c); });
      if (e.hidden === fits) e.hidden = !fits;
      if (fits && e.tagName === "LI") shown++;
    });
    output.textContent = chosen.length ? shown + " of " + rows + " shown" : "";
  }
  function write() {
    var query = new URLSearchParams();
    selects.forEach(function (s) {
      if (s.value) query.set(s.name, s.options[s.selectedIndex].text);
    });
    var text = query.toString();
    try {
      history.replaceState(null, "", text ? "#" + text : location.pathname + location.search);
    } catch (e) { /* some viewers allow no address: the filters work all the same */ }
    apply();
  }
  function read() {
    var text = location.hash.slice(1);
    if (text.indexOf("=") < 0) return;
    var query = new URLSearchParams(text);
    selects.forEach(function (s) {
      s.value = "";
      for (var i = 0; i < s.options.length; i++) {
        if (s.options[i].value && s.options[i].text === query.get(s.name)) s.selectedIndex = i;
      }
    });
    apply();
  }
  form.addEventListener("change", write);
  form.addEventListener("reset", function () { setTimeout(write, 0); });
  window.addEventListener("hashchange", read);
  form.hidden = false;
  read();
})();
