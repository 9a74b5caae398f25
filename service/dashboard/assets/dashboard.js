// Every page works without this script; it saves presses of a button and asks before deleting.
(function () {
  "use strict";
  document.addEventListener("change", function (event) {
    var chosen = event.target.closest("[data-send-on-change]");
    if (chosen && chosen.form && !window.htmx) { chosen.form.requestSubmit(); }
  });
  document.addEventListener("submit", function (event) {
    var form = event.target;
    var question = form.getAttribute("data-ask");
    if (question && !window.confirm(question)) { event.preventDefault(); return; }
    var button = form.querySelector("button[type=submit][data-busy]");
    if (button) { setTimeout(function () { button.disabled = true; button.textContent = button.getAttribute("data-busy"); }, 0); }
  });
  document.addEventListener("click", function (event) {
    var copier = event.target.closest("[data-copy]");
    if (!copier) { return; }
    var field = document.getElementById(copier.getAttribute("data-copy"));
    field.select();
    if (navigator.clipboard) { navigator.clipboard.writeText(field.value); }
    copier.textContent = copier.getAttribute("data-done");
  });
})();
