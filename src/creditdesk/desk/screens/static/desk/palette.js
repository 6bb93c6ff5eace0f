/* The palette: Ctrl-K finds a customer, an invoice or a screen. What is found comes from the desk as a list of options. */
"use strict";
(() => {
  let timer = 0, asked = 0;
  const dialog = () => document.getElementById("palette");
  const options = () => [...dialog().querySelectorAll('[role="option"]')];

  function choose(at) {
    const every = options(), input = dialog().querySelector("input");
    every.forEach((one, index) => one.setAttribute("aria-selected", index === at));
    if (every[at]) { input.setAttribute("aria-activedescendant", every[at].id); every[at].scrollIntoView({ block: "nearest" }); }
    else input.removeAttribute("aria-activedescendant");
  }

  async function find() {
    const input = dialog().querySelector("input"), list = dialog().querySelector("#palette-list"), mine = ++asked;
    const address = `${dialog().dataset.url}?q=${encodeURIComponent(input.value)}`;
    const response = await fetch(address, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
    if (mine !== asked) return;
    if (!response || !response.ok || response.status === 204) { if (response && response.headers.get("HX-Refresh")) location.reload(); return; }
    list.innerHTML = await response.text();
    choose(0);
  }

  function open() {
    const box = dialog();
    if (!box || box.open) return;
    box.showModal();
    box.querySelector("input").value = "";
    find();
  }

  document.addEventListener("DOMContentLoaded", () => {
    const box = dialog();
    if (!box) return;
    box.querySelector("input").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(find, 110); });
    box.addEventListener("keydown", (event) => {
      const every = options(), at = every.findIndex((one) => one.getAttribute("aria-selected") === "true");
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); choose((at + (event.key === "ArrowDown" ? 1 : -1) + every.length) % every.length); }
      else if (event.key === "Enter" && every[at]) { event.preventDefault(); every[at].click(); }
    });
    box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  });

  window.desk = Object.assign(window.desk || {}, { palette: open });
})();
