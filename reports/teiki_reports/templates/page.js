(function () {
  "use strict";
  var page = JSON.parse(document.getElementById("drawing").textContent);
  var drawn = Object.keys(page.specs).map(function (name) {
    var place = document.getElementById("chart-" + name);
    // Vega neither wraps a legend nor leaves room for one that its expressions fold.
    if (place.clientWidth < 600) { page.specs[name].config.legend.columns = 2; }
    var options = Object.assign({}, page.embed, { downloadFileName: name });
    return vegaEmbed(place, page.specs[name], options).catch(function (error) {
      place.textContent = String(error);
    });
  });

  function field(cell) {
    var text = cell.hasAttribute("data-v") ? cell.getAttribute("data-v") : cell.textContent.trim();
    return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }
  function csv(table) {
    return Array.from(table.rows, function (row) {
      return Array.from(row.cells, field).join(",");
    }).join("\r\n") + "\r\n";
  }
  function plainly(text) {
    var area = document.createElement("textarea");
    area.value = text;
    document.body.appendChild(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("button.copy");
    if (!button) { return; }
    var text = csv(button.parentElement.querySelector("table"));
    var label = button.textContent;
    var done = function () {
      button.textContent = page.words.copied;
      setTimeout(function () { button.textContent = label; }, 1500);
    };
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(done, function () { plainly(text); done(); });
    } else {
      plainly(text);
      done();
    }
  });

  // A link into a folded part unfolds it.
  function unfold() {
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") { at.open = true; }
    }
    if (target) { target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", unfold);
  // Charts push down what is below them: go there once they stand.
  Promise.all(drawn).then(unfold);
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details.data").forEach(function (part) { part.open = true; });
  });
})();
