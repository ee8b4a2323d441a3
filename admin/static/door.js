/* The door: scans by camera, by name or by a reader that types. The list and everything that was done is kept in this browser until the
   panel has it; the network may go and come. */
"use strict";
{
  const place = document.getElementById("door");
  const texts = JSON.parse(document.getElementById("door-texts").textContent);
  const say = (name, facts = {}) => texts[name].replace(/\{(\w+)\}/g, (_, fact) => facts[fact] ?? "");
  const part = (name) => document.getElementById(`door-${name}`);
  const meeting = place.dataset.meeting;
  const LIST = `door:${meeting}:list`, QUEUE = `door:${meeting}:queue`, FAULTS = `door:${meeting}:faults`;
  const OLD = 3 * 24 * 3600 * 1000, PULSE = 10000, PATIENCE = 6000, AT_ONCE = 50, AGAIN = 2500;

  /* ── what this browser keeps ── */
  const read = (key, empty) => { try { return JSON.parse(localStorage.getItem(key)) ?? empty; } catch { return empty; } };
  const write = (key, value) => {
    try { localStorage.setItem(key, JSON.stringify(value)); } catch { part("state").textContent = say("notKept"); }
  };
  for (const key of Object.keys(localStorage)) {  /* lists of days gone by; what was never sent stays */
    if (/^door:\d+:list$/.test(key) && !(Date.now() - (read(key, {}).kept ?? 0) < OLD)) localStorage.removeItem(key);
  }
  let list = read(LIST, { people: [], free: null });
  let csrf = place.dataset.csrf;
  const queue = () => read(QUEUE, []);
  const time = (iso) => new Date(iso).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });
  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replaceAll("đ", "d").replace(/\s+/g, " ").trim();
  const person = (ticket) => list.people.find((one) => one.ticket === ticket);
  /* what the panel said, and over it what it has not heard yet */
  const since = (one) => {
    let at = one.at;
    for (const act of queue()) {
      if (act.ticket !== one.ticket) continue;
      if (act.kind === "undo") at = null;
      else if (!at || act.at < at) at = act.at;
    }
    return at;
  };

  /* ── showing ── */
  const show = (state, words, detail = "") => {
    const verdict = part("verdict");
    verdict.className = `verdict ${state}`;
    verdict.replaceChildren(Object.assign(document.createElement("strong"), { textContent: words }), Object.assign(document.createElement("span"), { textContent: detail }));
    navigator.vibrate?.(state === "good" ? 80 : [80, 60, 80]);
  };
  const row = (one) => {
    const at = since(one);
    const item = document.createElement("li");
    const who = document.createElement("span");
    who.append(Object.assign(document.createElement("strong"), { textContent: one.name }), Object.assign(document.createElement("small"), { textContent: one.firm }));
    const button = Object.assign(document.createElement("button"), { type: "button", className: at ? "plain" : "button", textContent: at ? say("undo") : say("checkIn") });
    button.setAttribute("aria-label", `${button.textContent}: ${one.name}`);
    button.addEventListener("click", () => (at ? undo(one) : checkIn(one.ticket)));
    item.append(who, Object.assign(document.createElement("span"), { className: at ? "there" : "soft", textContent: at ? say("present", { time: time(at) }) : "" }), button);
    return item;
  };
  const draw = () => {
    const wanted = fold(part("search").value);
    const found = list.people.filter((one) => wanted.split(" ").every((word) => one.found.includes(word)));
    const rows = found.map(row);
    part("people").replaceChildren(...(rows.length ? rows : [Object.assign(document.createElement("li"), { className: "soft", textContent: say("none") })]));
    const there = list.people.filter(since).length;
    part("count").textContent = say("count", { there, all: list.people.length, free: list.free ?? "?" });
    const faults = read(FAULTS, []);
    part("faults").replaceChildren(...faults.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    part("conflicts").hidden = !faults.length;
  };
  const state = (isLost, isOut = false) => {
    const waiting = queue().length;
    const banner = part("state");
    banner.className = `state ${isLost || isOut ? "refused" : "good"}`;
    const count = waiting ? ` ${say("waiting", { number: waiting })}` : "";
    const words = (isOut ? say("signedOut") : isLost ? say("offline") : say("online")) + count;
    if (banner.textContent !== words) banner.textContent = words;
  };

  /* ── doing ── */
  const keep = (act) => {
    write(QUEUE, [...queue(), { uid: crypto.randomUUID(), at: new Date().toISOString(), ...act }]);
    draw();
    sync();
  };
  let last = { ticket: "", at: 0 };
  const checkIn = (ticket) => {
    if (ticket === last.ticket && Date.now() - last.at < AGAIN) return;  /* the camera still sees the same code */
    last = { ticket, at: Date.now() };
    const one = person(ticket);
    const at = one && since(one);
    if (at) show("wait", one.name, say("again", { time: time(at) }));
    else if (one) show("good", one.name, say("welcome", { firm: one.firm }));
    else show("wait", say("stranger"));
    if (!at) keep({ kind: "in", ticket });
  };
  const undo = (one) => {
    last = { ticket: "", at: 0 };
    show("wait", one.name, say("undone"));
    keep({ kind: "undo", ticket: one.ticket });
  };
  const scanned = (text) => {
    const ticket = text.trim().split(/[?#]/)[0].split("/").filter(Boolean).pop() ?? "";
    if (ticket) checkIn(ticket);
  };

  /* ── the panel ── */
  const ask = async (url, options = {}) => {
    const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...options });
    if (answer.redirected || answer.status === 401) throw new Error("out");
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };
  const send = async (acts) => {
    const answer = await ask(place.dataset.scans, {
      method: "POST",
      body: JSON.stringify({ acts }),
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf, Accept: "application/json" },
    });
    const sent = new Map(acts.map((act) => [act.uid, act]));
    const faults = read(FAULTS, []);
    for (const merged of answer.merged) {
      const act = sent.get(merged.uid);
      const one = person(act.ticket);
      if (one && !merged.fault) one.at = merged.at;  /* now, not with the next list: the network may be gone by then */
      if (merged.fault) {
        faults.unshift(say("refused", { time: time(act.at), name: merged.name || "?", fault: merged.fault }));
        show("bad", merged.name || say("stranger"), merged.fault);
      } else if (act.kind === "in" && !merged.first && merged.at) {
        faults.unshift(say("earlier", { name: merged.name, time: time(merged.at) }));
      } else if (act.kind === "walk-in") {
        show("good", merged.name, say("welcome", { firm: act.firm }));
      } else if (act.kind === "in" && !person(act.ticket)) {
        show("good", merged.name, say("welcome", { firm: "" }));
      }
    }
    write(FAULTS, faults.slice(0, 30));
    write(LIST, list);
    write(QUEUE, queue().filter((act) => !sent.has(act.uid)));
  };
  let running = null, again = false;
  const once = async () => {
    try {
      const fresh = await ask(place.dataset.list, { headers: { Accept: "application/json" } });
      csrf = fresh.csrf;
      for (let acts = queue().slice(0, AT_ONCE); acts.length; acts = queue().slice(0, AT_ONCE)) await send(acts);
      const now = await ask(place.dataset.list, { headers: { Accept: "application/json" } });
      list = { people: now.people, free: now.free, kept: Date.now() };
      write(LIST, list);
      state(false);
    } catch (fault) {
      state(fault.message !== "out", fault.message === "out");
    }
    draw();
  };
  const sync = async () => {
    if (running) { again = true; return; }
    do {
      again = false;
      running = once();
      await running;
      running = null;
    } while (again);
  };

  /* ── the camera: the browser's own reader where it has one, else ours ── */
  const reader = async () => {
    if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      return async (video) => (await detector.detect(video))[0]?.rawValue;
    }
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    return async (video) => {
      const scale = Math.min(1, 640 / video.videoWidth);
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
      return jsQR(pixels.data, pixels.width, pixels.height, { inversionAttempts: "dontInvert" })?.data;
    };
  };
  const watch = async () => {
    const video = part("video");
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
      await video.play();
    } catch { show("wait", say("noCamera")); return; }
    video.hidden = false;
    part("camera").hidden = true;
    const look = await reader();
    const tick = async () => {
      if (video.readyState >= 2 && document.visibilityState === "visible") {
        const text = await look(video).catch(() => undefined);
        if (text) scanned(text);
      }
      setTimeout(tick, 200);
    };
    tick();
  };

  part("camera").addEventListener("click", watch);
  part("search").addEventListener("input", draw);
  part("search").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const typed = part("search").value;
    if (/[/_-]|\d/.test(typed) && typed.length > 30) { scanned(typed); part("search").value = ""; draw(); }  /* a reader that types */
  });
  part("walk-in").addEventListener("submit", (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    keep({ kind: "walk-in", name: form.get("name"), phone: form.get("phone"), firm: form.get("firm") });
    show("wait", form.get("name"), say("walkInKept"));
    event.target.reset();
    event.target.closest("details").open = false;
  });
  part("clear").addEventListener("click", () => { write(FAULTS, []); draw(); });
  window.addEventListener("online", sync);
  window.addEventListener("offline", () => state(true));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sync());
  window.addEventListener("beforeunload", (event) => { if (queue().length) event.preventDefault(); });
  navigator.serviceWorker?.register(place.dataset.worker).catch(() => { /* without it the page must stay open, no more */ });
  draw();
  sync();
  setInterval(sync, PULSE);
}
