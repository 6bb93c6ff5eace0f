/* A slider and the number beside it say the same; the line in the drawing follows.
   data-ruler data-steps="1 2 5"   the values of its sliders, in their order
   data-cut="name"                 a slider of the field of that name
   data-line="name"                the line of that cut point */
"use strict";
(() => {
  const size = { k: 1e3, m: 1e6 };
  const number = (text) => { const said = text.trim().toLowerCase().replace(",", "."), end = said.slice(-1); return end in size ? parseFloat(said) * size[end] : parseFloat(said); };
  const steps = (ruler) => ruler.dataset.steps.split(" ");

  function show(ruler, slider) {
    const at = Number(slider.value), last = Math.max(Number(slider.max), 1);
    const line = ruler.querySelector(`[data-line="${CSS.escape(slider.dataset.cut)}"]`), x = (1000 * at) / last;
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    const field = ruler.querySelector(`[name="${CSS.escape(slider.dataset.cut)}"]`);
    slider.setAttribute("aria-valuetext", `${field.value} ${field.nextElementSibling.textContent}`);
  }

  document.addEventListener("input", (event) => {
    const at = event.target, ruler = at.closest("[data-ruler]");
    if (!ruler) return;
    if (at.dataset.cut) {
      ruler.querySelector(`[name="${CSS.escape(at.dataset.cut)}"]`).value = steps(ruler)[Number(at.value)];
      show(ruler, at);
    } else if (at.name) {
      const slider = ruler.querySelector(`[data-cut="${CSS.escape(at.name)}"]`), wanted = number(at.value);
      if (!slider || Number.isNaN(wanted)) return;
      let best = 0;
      steps(ruler).forEach((step, index, every) => { if (Math.abs(number(step) - wanted) < Math.abs(number(every[best]) - wanted)) best = index; });
      slider.value = best;
      show(ruler, slider);
    }
  });
})();
