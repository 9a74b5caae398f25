// The report can be read without this script. It opens the quotes behind a bar, filters and sorts.
(function () {
  "use strict";
  var all = function (selector, inside) { return Array.prototype.slice.call((inside || document).querySelectorAll(selector)); };

  function open(id) {
    var target = document.getElementById(id);
    if (!target) { return; }
    var folded = target.closest("details");
    if (folded) { folded.open = true; }
    if (target.tagName === "DETAILS") {
      target.open = true;
      var heading = target.querySelector("summary");
      if (heading) { heading.focus({ preventScroll: true }); }
    }
    else if (target.hasAttribute("tabindex")) { target.focus({ preventScroll: true }); }
    target.scrollIntoView({ block: "start" });
  }
  window.addEventListener("hashchange", function () { open(decodeURIComponent(location.hash.slice(1))); });
  if (location.hash) { open(decodeURIComponent(location.hash.slice(1))); }
  all("a[href^='#quotes-']").forEach(function (link) {
    link.addEventListener("click", function () { setTimeout(function () { open(link.hash.slice(1)); }, 0); });
  });
  all("tr[data-open]").forEach(function (row) {
    row.addEventListener("click", function (event) {
      if (!event.target.closest("a")) { location.hash = row.getAttribute("data-open"); open(row.getAttribute("data-open")); }
    });
  });

  var chosen = { filter: "", wave: "" };
  all(".filters").forEach(function (bar) { bar.hidden = false; });
  all(".filters button").forEach(function (button) {
    button.addEventListener("click", function () {
      var kind = button.hasAttribute("data-wave") ? "wave" : "filter";
      chosen[kind] = button.getAttribute("data-" + kind);
      all(".filters button[data-" + kind + "]").forEach(function (other) {
        other.setAttribute("aria-pressed", String(other === button));
      });
      all("li.quote").forEach(function (quote) {
        quote.hidden = Boolean((chosen.filter && quote.getAttribute("data-polarity") !== chosen.filter) ||
          (chosen.wave && quote.getAttribute("data-wave") !== chosen.wave));
      });
    });
  });

  all("table.sortable").forEach(function (table) {
    all("thead th.num", table).forEach(function (heading) {
      var label = heading.textContent;
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      heading.textContent = "";
      heading.appendChild(button);
      button.addEventListener("click", function () {
        var column = heading.cellIndex;
        var up = heading.getAttribute("aria-sort") === "descending";
        all("thead th", table).forEach(function (other) { other.removeAttribute("aria-sort"); });
        heading.setAttribute("aria-sort", up ? "ascending" : "descending");
        var value = function (row) {
          var cell = row.cells[column].getAttribute("data-v");
          return cell === null || cell === "" ? (up ? Infinity : -Infinity) : Number(cell);
        };
        var body = table.tBodies[0];
        all("tr", body).sort(function (a, b) { return up ? value(a) - value(b) : value(b) - value(a); })
          .forEach(function (row) { body.appendChild(row); });
      });
    });
  });

  // The interactive figure: Plotly lies packed in the page, or beside it, and is opened at the first press.
  var figure = document.getElementById("figure");
  var asked = document.getElementById("as-figure");
  var packed = document.getElementById("plotly");

  function run(fill) {
    return new Promise(function (done, failed) {
      var script = document.createElement("script");
      fill(script);
      if (script.src) { script.onload = done; script.onerror = failed; }
      document.head.appendChild(script);
      if (!script.src) { done(); }
    });
  }
  function plotly() {
    if (window.Plotly) { return Promise.resolve(); }
    if (!packed) { return run(function (script) { script.src = asked.getAttribute("data-src"); }); }
    var bytes = Uint8Array.from(atob(packed.textContent), function (c) { return c.charCodeAt(0); });
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text()
      .then(function (code) { return run(function (script) { script.textContent = code; }); });
  }
  function colored(value, key) {  // a color "--up" is what the style sheet calls by that name now
    if (typeof value === "string") {
      if (key === "family") { return getComputedStyle(figure).fontFamily; }
      return /color$/.test(key) ? getComputedStyle(figure).getPropertyValue(value).trim() : value;
    }
    if (Array.isArray(value)) { return value.map(function (one) { return colored(one, key); }); }
    if (value && typeof value === "object") {
      return Object.keys(value).reduce(function (all, name) { all[name] = colored(value[name], name); return all; }, {});
    }
    return value;
  }
  function draw() {
    var drawn = colored(JSON.parse(figure.getAttribute("data-figure")), "");
    return window.Plotly.react(figure, drawn.data, drawn.layout, { displayModeBar: false, responsive: true, scrollZoom: false });
  }
  if (figure && asked && (asked.hasAttribute("data-src") || (packed && window.DecompressionStream))) {
    asked.hidden = false;
    asked.addEventListener("click", function () {
      var show = figure.hidden;
      asked.setAttribute("aria-pressed", String(show));
      figure.hidden = !show;
      document.getElementById("waterfall").classList.toggle("instead", show);
      if (!show) { return; }
      if (!document.getElementById("plotly.js-style-global")) {  // its rules stand in our style sheet: no inline styles
        var none = document.createElement("meta");
        none.id = "plotly.js-style-global";
        none.className = "no-inline-styles";
        document.head.appendChild(none);
      }
      plotly().then(draw).then(function () {
        if (figure.getAttribute("data-listens")) { return; }
        figure.setAttribute("data-listens", "yes");
        figure.on("plotly_click", function (event) {
          var id = event.points[0].customdata;
          if (id) { location.hash = id; open(id); }
        });
        matchMedia("(prefers-color-scheme:dark)").addEventListener("change", function () { if (!figure.hidden) { draw(); } });
      });
    });
  }

  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = all("details:not([open])");
    closed.forEach(function (one) { one.open = true; });
  });
  window.addEventListener("afterprint", function () { closed.forEach(function (one) { one.open = false; }); });
})();
