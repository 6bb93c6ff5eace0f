/* Files dropped upon a form that says data-drop, or chosen in it, are sent at once, with how far they are. Without this script the
   form is sent as any other. */
"use strict";
(() => {
  const megabyte = 1024 * 1024;

  function send(form, files) {
    const told = form.querySelector("[data-told]"), bar = form.querySelector("progress"), label = form.querySelector("label");
    const say = (text) => { told.textContent = text; told.hidden = !text; };
    const size = [...files].reduce((sum, file) => sum + file.size, 0);
    if (size > Number(form.dataset.most) * megabyte) { say(form.dataset.tooLarge); return; }
    say("");
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    for (const file of files) data.append("files", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = 100 * event.loaded / event.total; });
    const end = () => { bar.hidden = true; label.removeAttribute("aria-busy"); };
    request.addEventListener("load", () => {
      const to = request.getResponseHeader("HX-Redirect");
      if (to) location.href = to;
      else if (request.getResponseHeader("HX-Refresh")) location.reload();
      else { end(); say(document.body.dataset.lost); }
    });
    for (const name of ["error", "abort", "timeout"]) request.addEventListener(name, () => { end(); say(document.body.dataset.lost); });
    bar.value = 0;
    bar.hidden = false;
    label.setAttribute("aria-busy", "true");
    request.send(data);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("form[data-drop]");
    if (!form) return;
    const input = form.querySelector('input[type="file"]');
    input.addEventListener("change", () => { if (input.files.length) send(form, input.files); });
    let inside = 0;
    const carries = (event) => [...(event.dataTransfer ? event.dataTransfer.types : [])].includes("Files");
    document.addEventListener("dragenter", (event) => { if (carries(event)) { inside += 1; form.classList.add("over"); } });
    document.addEventListener("dragleave", (event) => { if (carries(event) && --inside <= 0) { inside = 0; form.classList.remove("over"); } });
    document.addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
    document.addEventListener("drop", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      inside = 0;
      form.classList.remove("over");
      if (event.dataTransfer.files.length) send(form, event.dataTransfer.files);
    });
  });
})();
