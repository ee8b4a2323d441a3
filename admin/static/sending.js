/* The page of a broadcast keeps itself up to date until all is over. It works without this file. */
"use strict";

const sending = document.getElementById("sending");
const EVERY = 3000, SLOWER = 30000;

const first = sending.querySelector("[data-status]").dataset.status;
let etag = null;

const look = async () => {
  const answer = await fetch(sending.dataset.live, { cache: "no-store", headers: etag ? { "If-None-Match": etag } : {} });
  if (answer.redirected || answer.status === 401) {
    document.getElementById("signed-out").hidden = false;
    return false;
  }
  if (answer.status === 304 || !answer.ok || sending.contains(document.activeElement)) return true;
  etag = answer.headers.get("ETag");
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").body;
  sending.replaceChildren(...next.childNodes);
  const now = sending.querySelector("[data-status]");
  // another state has other buttons: they come with the page
  if (now.dataset.status !== first) {
    if (!document.querySelector(".acts details[open]")) location.reload();
    document.getElementById("moved").hidden = false;
  }
  return !("over" in now.dataset);
};

const tick = async () => {
  let goes = true, wait = EVERY;
  try { if (document.visibilityState === "visible") goes = await look(); } catch { wait = SLOWER; }
  if (goes) setTimeout(tick, wait);
};

if (!("over" in sending.querySelector("[data-status]").dataset)) setTimeout(tick, EVERY);
