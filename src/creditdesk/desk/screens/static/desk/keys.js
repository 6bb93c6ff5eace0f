/* Keys. A screen declares them in its HTML and writes no script:
   data-key="n"         this key presses the element (a link, a button, a field that gets the focus)
   data-key-label="…"   what the list of keys calls it; its own text by default
   data-go="c"          g, then this key, leads there
   data-rows            j and k move through the rows within; Enter opens the row's first link; x ticks it */
"use strict";
(() => {
  let going = 0;
  const typing = (at) => at.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && !/^(checkbox|radio|button|submit|file)$/.test(at.type));
  const seen = (one) => one.checkVisibility ? one.checkVisibility() : one.offsetParent !== null;
  const scope = () => document.querySelector("dialog[open]") || document;
  const press = (one) => {
    if (typing(one)) { one.focus(); if (one.select && one.type !== "date") one.select(); } else { one.focus(); one.click(); }
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); desk.palette(); return; }
    if (event.ctrlKey || event.metaKey) {
      if (event.key === "Enter" && event.target.form) { event.preventDefault(); event.target.form.requestSubmit(); }
      return;
    }
    if (typing(event.target)) {
      if (event.key === "Escape" && !event.target.closest("dialog")) event.target.blur();
      return;
    }
    if (event.key === "?") { event.preventDefault(); list(); return; }
    if (scope() === document) {
      if (event.key === "g") { going = Date.now(); return; }
      if (going && Date.now() - going < 1500) {
        going = 0;
        const way = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
        if (way) { event.preventDefault(); location.href = way.href; return; }
      }
      if (event.key === "/") { const field = document.querySelector("[data-search]"); if (field) { event.preventDefault(); press(field); } return; }
      if (rows(event)) return;
    }
    const one = [...scope().querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`)].find((each) => !each.disabled && seen(each));
    if (one) { event.preventDefault(); if (!event.repeat) press(one); }
  });

  function rows(event) {
    const step = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    const within = document.querySelector("[data-rows]");
    if (!within) return false;
    const every = [...within.querySelectorAll("tbody tr, li[data-row]")];
    const at = every.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
    if (step && (event.key.length === 1 || at >= 0)) {
      const next = every[Math.min(Math.max(at + step, 0), every.length - 1)];
      if (next) { event.preventDefault(); next.tabIndex = -1; next.focus(); next.scrollIntoView({ block: "nearest" }); }
      return true;
    }
    if (at >= 0 && document.activeElement === every[at]) {
      if (event.key === "Enter") { const link = every[at].querySelector("a[href]"); if (link) { event.preventDefault(); link.click(); return true; } }
      if (event.key === "x") { const tick = every[at].querySelector('input[type="checkbox"]'); if (tick) { event.preventDefault(); tick.click(); every[at].focus(); return true; } }
    }
    return false;
  }

  function list() {
    const dialog = document.getElementById("keys");
    if (!dialog || dialog.open) return;
    const into = dialog.querySelector("[data-keys-list]");
    into.querySelectorAll("[data-found]").forEach((row) => row.remove());
    const add = (keys, text) => {
      const row = document.createElement("div"), term = document.createElement("dt"), said = document.createElement("dd");
      row.dataset.found = "";
      keys.forEach((key) => { const cap = document.createElement("kbd"); cap.textContent = key; term.append(cap, " "); });
      said.textContent = text;
      row.append(term, said);
      into.append(row);
    };
    const told = (one) => one.dataset.keyLabel || [...one.childNodes].filter((node) => node.nodeName !== "KBD" && node.nodeName !== "svg").map((node) => node.textContent).join(" ").trim() || one.getAttribute("aria-label") || "";
    document.querySelectorAll("[data-key]").forEach((one) => { if (seen(one)) add([one.dataset.key], told(one)); });
    document.querySelectorAll("[data-go]").forEach((one) => add(["g", one.dataset.go], told(one)));
    dialog.showModal();
  }

  window.desk = Object.assign(window.desk || {}, { keys: list });
})();
