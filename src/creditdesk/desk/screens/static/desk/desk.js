/* Small manners of every page: dialogs, menus that close, light and dark, ticking all rows, telling what went wrong.
   data-open="id"      opens a dialog
   data-close          closes the dialog it stands in
   data-tick-all       a checkbox that ticks every checkbox of its form
   data-when-ticked    shown once something in its form is ticked; `[data-count]` within says how many
   data-print          prints the page
   data-submit         its form is sent when it changes
   hx-target="#sheet-body" loads a form into the sheet, which opens by itself */
"use strict";
(() => {
  const year = 365 * 24 * 3600;

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) { event.preventDefault(); opener.dataset.open === "keys" ? desk.keys() : document.getElementById(opener.dataset.open).showModal(); }
    const closer = event.target.closest("[data-close]");
    if (closer) { event.preventDefault(); closer.closest("dialog").close(); }
    if (event.target.closest("[data-palette]")) desk.palette();
    if (event.target.closest("[data-look-switch]")) look();
    if (event.target.closest("[data-print]")) window.print();
    document.querySelectorAll("details.drop[open]").forEach((one) => { if (!one.contains(event.target)) one.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.drop[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });

  function look() {
    const dark = getComputedStyle(document.documentElement).colorScheme === "dark" || (!document.documentElement.dataset.look && matchMedia("(prefers-color-scheme: dark)").matches);
    const chosen = dark ? "light" : "dark";
    document.documentElement.dataset.look = chosen;
    document.cookie = `look=${chosen};path=/;max-age=${year};samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
  }

  document.addEventListener("change", (event) => {
    const at = event.target, form = at.closest("form");
    if (at.matches("[data-tick-all]")) form.querySelectorAll('input[type="checkbox"][name]').forEach((one) => { one.checked = at.checked; });
    if (at.matches("[data-submit]")) form.requestSubmit();
    if (form && at.type === "checkbox") ticked(form);
  });
  function ticked(form) {
    const count = form.querySelectorAll('input[type="checkbox"][name]:checked').length;
    form.querySelectorAll("[data-when-ticked]").forEach((one) => {
      one.hidden = !count;
      const says = one.querySelector("[data-count]");
      if (says) says.textContent = count;
    });
  }

  function toast(text) {
    let box = document.querySelector(".toasts");
    if (!box) { box = document.createElement("div"); box.className = "toasts"; box.setAttribute("role", "alert"); document.body.append(box); }
    const line = document.createElement("p");
    line.textContent = text;
    box.append(line);
    setTimeout(() => line.remove(), 6000);
  }

  // a table that is wider or higher than its place is moved by the keyboard too
  function reachable() {
    document.querySelectorAll(".table-wrap").forEach((one) => {
      const moves = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1;
      if (moves) { one.tabIndex = 0; one.setAttribute("role", "group"); const caption = one.querySelector("caption"); if (caption) one.setAttribute("aria-label", caption.textContent); }
      else { one.removeAttribute("tabindex"); one.removeAttribute("role"); }
    });
  }
  window.addEventListener("resize", reachable);
  document.addEventListener("toggle", reachable, true);

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("form").forEach(ticked);
    reachable();
    document.body.addEventListener("htmx:afterSettle", reachable);
    // not before its form answers by htmx: sent a moment earlier it would leave the page
    document.body.addEventListener("htmx:afterSettle", (event) => {
      if (event.target.id === "sheet-body") {
        const sheet = document.getElementById("sheet");
        if (!sheet.open) sheet.showModal();
        const first = sheet.querySelector("[autofocus], .sheet-main input:not([type=hidden]), .sheet-main select, .sheet-main textarea, .sheet-foot button");
        if (first) first.focus();
      }
    });
    document.body.addEventListener("close-sheet", () => document.getElementById("sheet").close());
    for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.body.addEventListener(name, () => toast(document.body.dataset.lost));
    document.body.addEventListener("toast", (event) => toast(event.detail.value));
  });
  // a page that is being left, or in which somebody is writing, does not load itself anew: it asks again a moment later
  let left = 0;
  window.addEventListener("beforeunload", () => { left = Date.now(); });
  const writing = () => document.querySelector("dialog[open]") || [...document.querySelectorAll("main textarea, main input")].some((one) => (/^(checkbox|radio)$/.test(one.type) ? one.checked !== one.defaultChecked : one.value !== one.defaultValue));
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.target.id === "stale" && event.detail.xhr.getResponseHeader("HX-Refresh") && (Date.now() - left < 5000 || writing())) event.preventDefault();
  });
  // a form is sent once
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method === "dialog") return;
    if (Date.now() - (event.target.dataset.sent || 0) < 2000) { event.preventDefault(); return; }
    event.target.dataset.sent = Date.now();
    event.target.querySelectorAll("button:not([name])").forEach((one) => { one.setAttribute("aria-busy", "true"); });
  });
  // coming back with the back button shows what is true now
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  window.desk = Object.assign(window.desk || {}, { toast });
})();
