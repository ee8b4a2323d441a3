/* The panel works without this file; with it, pages keep themselves up to date and a reply in writing is never lost. */
"use strict";

const fetchText = async (url, etag) => {
  const answer = await fetch(url, { cache: "no-store", headers: etag ? { "If-None-Match": etag } : {} });
  if (answer.redirected || answer.status === 401) throw new Error("signed-out");
  if (answer.status === 304) return null;
  if (!answer.ok) throw new Error("lost");
  return { text: await answer.text(), etag: answer.headers.get("ETag") };
};

const repeat = (milliseconds, task) => {
  const tick = async () => {
    if (document.visibilityState === "visible") await task();
    setTimeout(tick, milliseconds);
  };
  setTimeout(tick, milliseconds);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && task());
};

/* The conversation: new turns are added, changed ones (their delivery) replaced; nothing else is touched, so nothing is read twice. */
const log = document.querySelector("[data-turns]");
if (log) {
  const list = log.querySelector("ul");
  const fresh = document.querySelector(".fresh");
  const state = document.querySelector(".link-state");
  const title = document.title;
  let etag = null;
  const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const toEnd = () => { log.scrollTop = log.scrollHeight; fresh.hidden = true; };
  const merge = (text) => {
    const seen = isAtEnd();
    let news = false;
    for (const turn of new DOMParser().parseFromString(text, "text/html").querySelectorAll(".turn")) {
      const old = document.getElementById(turn.id);
      if (!old) { list.append(document.importNode(turn, true)); news = true; }
      else if (old.outerHTML !== turn.outerHTML) old.replaceWith(document.importNode(turn, true));
    }
    if (!news) return;
    if (seen) toEnd(); else fresh.hidden = false;
    if (!document.hasFocus()) document.title = "• " + title;
  };
  log.style.scrollBehavior = "auto";
  toEnd();
  log.style.scrollBehavior = "";
  fresh.querySelector("button").addEventListener("click", toEnd);
  log.addEventListener("scroll", () => { if (isAtEnd()) fresh.hidden = true; }, { passive: true });
  window.addEventListener("focus", () => { document.title = title; });
  repeat(4000, async () => {
    try {
      const news = await fetchText(log.dataset.turns, etag);
      if (news) { etag = news.etag; merge(news.text); }
      state.textContent = "";
    } catch (fault) {
      const sentence = fault.message === "signed-out" ? log.dataset.signedOut : log.dataset.lost;
      if (state.textContent !== sentence) state.textContent = sentence;
    }
  });
}

/* On a phone the talk comes before the facts about it. */
if (window.matchMedia("(max-width: 60rem)").matches) document.querySelector(".more")?.removeAttribute("open");

/* The reply: kept on this computer while it is written, sent once, shown again with its files where it is refused. */
const reply = document.querySelector("[data-draft]");
if (reply) {
  const box = reply.querySelector("textarea");
  const send = reply.querySelector("button.main");
  const refusal = document.getElementById("refusal");
  const key = "draft:" + reply.dataset.draft;
  const keep = () => {
    try { if (box.value.trim()) localStorage.setItem(key, box.value); else localStorage.removeItem(key); } catch { /* private window */ }
  };
  try { if (!box.value) box.value = localStorage.getItem(key) || ""; } catch { /* private window */ }
  const refuse = (sentence) => { refusal.textContent = sentence; refusal.hidden = false; send.disabled = false; box.focus(); };
  box.addEventListener("input", keep);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) { event.preventDefault(); reply.requestSubmit(); }
  });
  reply.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (send.disabled) return;
    const body = new FormData(reply);
    send.disabled = true;
    refusal.hidden = true;
    keep();
    try {
      const answer = await fetch(reply.action, { method: "POST", body, headers: { Accept: "application/json" } });
      const facts = await answer.json();
      if (!answer.ok) return refuse(facts.sentence);
      try { localStorage.removeItem(key); } catch { /* private window */ }
      box.value = "";
      location.replace(location.pathname + "#text");
      location.reload();
    } catch { refuse(reply.dataset.failed); }
  });
  if (location.hash === "#text") { box.focus(); history.replaceState(null, "", location.pathname); }
}

/* The inbox: the queue is read again while nobody is working in it. */
const queue = document.querySelector("[data-refresh]");
if (queue) {
  let etag = null;
  repeat(Number(queue.dataset.refresh), async () => {
    if (queue.contains(document.activeElement)) return;
    try {
      const news = await fetchText(location.href, etag);
      if (!news) return;
      etag = news.etag;
      const page = new DOMParser().parseFromString(news.text, "text/html");
      for (const place of ["#queue", ".chips", ".menu"]) {
        const now = document.querySelector(place);
        const next = page.querySelector(place);
        if (now && next && now.innerHTML !== next.innerHTML && !now.contains(document.activeElement)) now.replaceChildren(...next.childNodes);
      }
      document.title = page.title;
    } catch { /* the next turn tries again */ }
  });
}

for (const here of document.querySelectorAll(".tabs [aria-current]")) here.scrollIntoView({ block: "nearest", inline: "center" });

/* Any other form is sent once, and says so when the answer takes longer than a second. */
const busy = document.querySelector(".busy");
const wait = () => setTimeout(() => { if (busy) busy.textContent = busy.dataset.sentence; }, 1000);
for (const form of document.querySelectorAll("form[method=post]:not([data-draft])")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    else wait();
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 5000);
  });
}
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
