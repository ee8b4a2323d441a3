/* Training classes: the form gets more rows, the page of a class keeps its lists up to date. Both pages work without this file. */
"use strict";

for (const button of document.querySelectorAll("[data-add]")) {
  const rows = document.querySelector(`[data-rows="${button.dataset.add}"]`);
  button.hidden = false;
  button.addEventListener("click", () => {
    const row = rows.lastElementChild.cloneNode(true);
    for (const field of row.querySelectorAll("input, textarea")) field.value = "";
    for (const field of row.querySelectorAll("select")) field.selectedIndex = 0;
    for (const name of row.querySelectorAll("p")) name.remove();
    rows.append(row);
    row.querySelector("input:not([type=hidden])").focus();
  });
}

const live = document.querySelector("[data-live]");
if (live) {
  let etag = null;
  const look = async () => {
    const headers = etag ? { "If-None-Match": etag } : {};
    const answer = await fetch(live.dataset.live, { cache: "no-store", headers });
    if (answer.redirected || !answer.ok || live.contains(document.activeElement)) return;
    etag = answer.headers.get("ETag");
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    if (next.innerHTML !== live.innerHTML) live.replaceChildren(...next.childNodes);
  };
  const tick = async () => {
    try { if (document.visibilityState === "visible") await look(); } catch { /* the next turn tries again */ }
    setTimeout(tick, 8000);
  };
  setTimeout(tick, 8000);
}
