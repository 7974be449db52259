// Keeps the filters in the address and counts what is shown. The page works without it.
(function () {
  "use strict";
  var form = document.querySelector(".filters");
  if (!form) return;
  var selects = Array.prototype.slice.call(form.querySelectorAll("select"));
  var output = form.querySelector("output");
  function count() {
    var rows = document.querySelectorAll(".overview li");
    var shown = 0;
    var chosen = selects.filter(function (s) { return s.value; });
    for (var i = 0; i < rows.length; i++) {
      var row = rows[i];
      if (chosen.every(function (s) { return row.classList.contains(s.value); })) shown++;
    }
    output.textContent = chosen.length ? shown + " of " + rows.length + " shown" : "";
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
    count();
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
    count();
  }
  form.addEventListener("change", write);
  form.addEventListener("reset", function () { setTimeout(write, 0); });
  window.addEventListener("hashchange", read);
  read();
})();
