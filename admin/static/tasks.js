/* The page of a task keeps itself up to date; without this file its link does. When the task has ended, the page is read again. */
"use strict";

for (const place of document.querySelectorAll("[data-task]")) {
  const sentence = place.querySelector("[role=status]");
  const bar = place.querySelector("progress");
  const open = new Set(["queued", "running"]);
  const say = (text) => { if (sentence.textContent !== text) sentence.textContent = text; };
  const look = async () => {
    const answer = await fetch(place.dataset.task, { cache: "no-store", headers: { Accept: "application/json" } });
    if (answer.redirected || answer.status === 401) return say(place.dataset.signedOut);
    const task = await answer.json();
    if (!open.has(task.state)) return location.reload();
    say(task.sentence);
    if (task.total) { bar.max = task.total; bar.value = task.done; }
    setTimeout(tick, document.visibilityState === "visible" ? 1000 : 5000);
  };
  const tick = async () => {
    try { await look(); } catch { say(place.dataset.lost); setTimeout(tick, 5000); }
  };
  setTimeout(tick, 400);
}
