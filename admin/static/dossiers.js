/* Dossiers: the list is walked by keys, marks are kept as they are set, boxes that do not apply are put away. The pages work without this file. */
"use strict";

/* j and k, or the arrow keys, walk through the list; Enter opens, as for any link. */
const walked = [...document.querySelectorAll("[data-walk] tbody th a")];
if (walked.length) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea")) return;
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = walked.indexOf(document.activeElement);
    walked[Math.min(Math.max(at < 0 ? (step > 0 ? 0 : walked.length - 1) : at + step, 0), walked.length - 1)].focus();
  });
}

/* A button puts the canned sentence into the box beside it. */
for (const button of document.querySelectorAll("[data-phrase]")) {
  const box = document.getElementById(button.dataset.into);
  button.hidden = false;
  button.addEventListener("click", () => {
    box.value = box.value.trim() ? `${box.value.trim()} ${button.dataset.phrase}` : button.dataset.phrase;
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/* Marks are kept on the server a moment after they were set. */
const checks = document.querySelector("form[data-checks]");
const opened = checks && checks.querySelector("[name=opened_marks]");
if (opened) {
  const state = checks.querySelector("[data-state]");
  let timer = null;
  let sending = Promise.resolve();
  const send = async () => {
    const answer = await fetch(checks.action, { method: "POST", body: new FormData(checks), headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    opened.value = (await answer.json()).marks;
    state.textContent = checks.dataset.saved;
  };
  const keep = () => { sending = sending.then(send).catch(() => { state.textContent = checks.dataset.lost; }); };
  const soon = () => { clearTimeout(timer); timer = setTimeout(keep, 700); };
  checks.addEventListener("input", (event) => {
    const row = event.target.closest(".checked");
    if (row && event.target.matches("textarea") && event.target.value.trim()) row.querySelector("[value=wrong]").checked = true;
    soon();
  });
  checks.addEventListener("submit", () => clearTimeout(timer));
}

/* A box whose condition does not hold is put away; the server looks again. */
const form = document.querySelector("[data-dossier-form]");
if (form) {
  const parts = [...form.querySelectorAll("[data-only-if]")];
  const look = () => {
    for (const part of parts) {
      const on = form.elements[part.dataset.onlyIf];
      const applies = on && !on.closest("[hidden]") && JSON.parse(part.dataset.values).includes(on.value);
      part.hidden = !applies;
    }
  };
  form.addEventListener("change", look);
  look();
  const faults = document.getElementById("faults");
  if (faults) faults.focus();
}
