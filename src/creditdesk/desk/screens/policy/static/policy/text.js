/* The text of a policy: line numbers beside it, and a mistake leads to its place.
   data-editor            the textarea; `[data-lines]` before it shows the numbers
   data-line data-column  a link to a place in it */
"use strict";
(() => {
  const editor = () => document.querySelector("[data-editor]");

  function number() {
    const area = editor(), beside = document.querySelector("[data-lines]");
    if (!area || !beside) return;
    const count = area.value.split("\n").length;
    if (beside.childElementCount === 0 && beside.dataset.count === String(count)) return;
    beside.dataset.count = count;
    beside.textContent = Array.from({ length: count }, (_none, at) => at + 1).join("\n");
    beside.scrollTop = area.scrollTop;
  }

  function go(line, column) {
    const area = editor(), lines = area.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + Math.max(column - 1, 0);
    area.focus();
    area.setSelectionRange(start, start + Math.max((lines[line - 1] || "").length - column + 1, 0));
    area.scrollTop = (line - 4) * parseFloat(getComputedStyle(area).lineHeight);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (!link || !editor()) return;
    event.preventDefault();
    go(Number(link.dataset.line), Number(link.dataset.column));
  });
  document.addEventListener("input", (event) => { if (event.target.matches("[data-editor]")) number(); });
  document.addEventListener("scroll", (event) => {
    if (event.target.matches && event.target.matches("[data-editor]")) document.querySelector("[data-lines]").scrollTop = event.target.scrollTop;
  }, true);
  document.addEventListener("keydown", (event) => {
    const area = event.target;
    if (!area.matches || !area.matches("[data-editor]") || event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    // a new line begins where the one before began
    const before = area.value.slice(0, area.selectionStart), indent = before.slice(before.lastIndexOf("\n") + 1).match(/^ */)[0];
    if (!indent) return;
    event.preventDefault();
    area.setRangeText(`\n${indent}`, area.selectionStart, area.selectionEnd, "end");
    number();
  });
  document.addEventListener("DOMContentLoaded", () => {
    number();
    const line = location.hash.match(/^#line-(\d+)$/);
    if (line && editor() && Number(line[1])) go(Number(line[1]), 1);
  });
})();
