/* The citizen's side of the counter's web chat.

   Promise: what was sent here arrives once. A message lies in localStorage and its files in IndexedDB
   from the moment "send" is pressed until the server says it is committed ("ack", or the message's own event).
   It is resent under the same id after every break; the server recognises the id.

   The frames, one JSON object each. To the server:
     {type: "hello", token, since, language, chosen}              first on every connection; since: the last event this page has
     {type: "message", id, text, files: [ref]}            ref: what an upload (POST, multipart "file", Bearer token) answered
     {type: "press", id, message, data, caption}          {type: "ping"}
   From the server:
     {type: "welcome", token, events, earlier}            {type: "events", events}      {type: "pong"}
     {type: "ack", id}                                    committed: it leaves the outbox
     {type: "refused", id, reason, retry_after}           retry_after null: for good
     {type: "notice", text}                               {type: "reload"}              a newer page is there
   Every event has its number (event, rising per visitor) and its time (at, ISO 8601 in UTC):
     {kind: "mine", id, text, files}                      {kind: "deleted", message}
     {kind: "message", message, from: "bot"|"office"|"officer", name, runs, buttons: [[{text, data|url}]], files}
     {kind: "edit", message, runs, buttons}
   A run is {text, b, i, u, s, code, href}; a file is {name, url, media_type, size, preview}.

   Parts, in order: words · store (localStorage) · shelf (IndexedDB) · line (WebSocket) · outbox · uploads ·
   drawing the talk · composer · start. Plain ES2017; only text nodes are ever made from what comes in. */
(function () {
"use strict";

const config = JSON.parse(document.getElementById("chat-config").textContent);
const embedded = window.parent !== window;
const SECOND = 1000;
const byId = (id) => document.getElementById(id);
const touch = Boolean(window.matchMedia && matchMedia("(hover: none) and (pointer: coarse)").matches);
const list = byId("list"), scroller = byId("scroller"), input = byId("text"), tray = byId("tray");

// ── Words ────────────────────────────────────────────────────────────────────────────────────────

function say(key, values) {
  const text = config.texts[key] || key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? values[name] : whole));
}

// Viet Nam has kept UTC+7 without summer time since 1975: shifted, then read as UTC, on any device.
const hanoi = (at) => new Date(at + 7 * 3600 * SECOND);
const dayOf = (at) => hanoi(at).toISOString().slice(0, 10);
const clockOf = (at) => hanoi(at).toISOString().slice(11, 16);
const longDay = new Intl.DateTimeFormat(config.language === "en" ? "en-GB" : "vi-VN",
  { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

function dayName(day) {
  if (day === dayOf(Date.now())) return say("today");
  if (day === dayOf(Date.now() - 24 * 3600 * SECOND)) return say("yesterday");
  return longDay.format(new Date(day + "T00:00:00Z"));
}

function sizeName(bytes) {
  const mega = bytes >= 1e6;
  const amount = mega ? bytes / 1e6 : Math.max(bytes, 1) / 1e3;
  const digits = mega && amount < 100 ? amount.toFixed(1) : String(Math.ceil(amount));
  return (config.language === "en" ? digits : digits.replace(".", ",")) + (mega ? " MB" : " kB");
}

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  Object.keys(attributes || {}).forEach((name) => {
    const value = attributes[name];
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  });
  children.forEach((child) => { if (child) element.append(child); });
  return element;
}

function uuid() {
  if (window.crypto && crypto.randomUUID) return crypto.randomUUID(); // only on https and localhost
  const bytes = new Uint8Array(16);
  if (window.crypto && crypto.getRandomValues) crypto.getRandomValues(bytes);
  else bytes.forEach((_, at) => { bytes[at] = Math.random() * 256; });
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

let toastTimer;
function toast(text) {
  clearTimeout(toastTimer);
  byId("toast").textContent = text;
  toastTimer = setTimeout(() => { byId("toast").textContent = ""; }, Math.max(6, text.length / 12) * SECOND);
}

function whisper(text) { // for screen readers only
  byId("whisper").textContent = text;
  setTimeout(() => { byId("whisper").textContent = ""; }, 3 * SECOND);
}

function goHome() { // where the focus goes when its button is gone; a phone's keyboard is not called up for it
  (touch ? scroller : input).focus({ preventScroll: true });
}

// ── Store: small things, in localStorage, one key each so that two tabs never overwrite each other ──

const PREFIX = "chuan.";
const memory = new Map(); // what storage refused to keep
const store = {
  get(key) {
    try {
      const value = localStorage.getItem(PREFIX + key);
      if (value !== null) return JSON.parse(value);
    } catch (error) { /* no storage, or not ours: memory answers */ }
    return memory.has(key) ? memory.get(key) : null;
  },
  set(key, value) {
    try {
      localStorage.setItem(PREFIX + key, JSON.stringify(value));
      memory.delete(key);
    } catch (error) { memory.set(key, value); }
  },
  drop(key) {
    memory.delete(key);
    try { localStorage.removeItem(PREFIX + key); } catch (error) { /* nothing kept, nothing to drop */ }
  },
  under(start) {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX + start))
        .map((key) => store.get(key.slice(PREFIX.length))).filter(Boolean);
    } catch (error) { return []; }
  },
};

// ── Shelf: files not yet sent, in IndexedDB; where there is none they live in memory and the page says so ──

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    setTimeout(() => reject(new Error("slow")), 15 * SECOND);
  });
}

const shelf = {
  opening: null,
  async files(mode) {
    if (!shelf.opening) {
      const request = indexedDB.open("chuan", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("files", { keyPath: "key" });
      shelf.opening = settled(request);
    }
    return (await shelf.opening).transaction("files", mode).objectStore("files");
  },
  async put(record) { await settled((await shelf.files("readwrite")).put(record)); },
  async get(key) { return settled((await shelf.files("readonly")).get(key)); },
  async all() {
    try { return await settled((await shelf.files("readonly")).getAll()); } catch (error) { return []; }
  },
  async drop(keys) {
    try { await Promise.all(keys.map(async (key) => settled((await shelf.files("readwrite")).delete(key)))); } catch (error) { /* gone anyway */ }
  },
};

// One tab at a time, where the browser can promise that.
async function alone(name, work) {
  if (!navigator.locks) return work();
  let begun = false;
  try {
    return await navigator.locks.request(PREFIX + name, () => { begun = true; return work(); });
  } catch (error) { return begun ? undefined : work(); }
}

// ── Line: one WebSocket, kept up ─────────────────────────────────────────────────────────────────

const address = new URL(config.socket, location.href);
address.protocol = address.protocol.replace("http", "ws");

let token = store.get("token");
let last = 0;            // highest event number on this page
let socket = null;
let live = false;        // welcomed on this socket
let number = 0;          // which connection this is: an outbox item remembers where it was sent
let attempts = 0, triedAt = 0, welcomedAt = 0;
let retryTimer, deafTimer, stateTimer;
let wasLost = false, reloadWanted = false, touchedAt = Date.now();

function connect() {
  clearTimeout(retryTimer);
  if (socket) return;
  triedAt = Date.now();
  let line;
  try { line = new WebSocket(address.href); } catch (error) { return again(); }
  socket = line;
  number += 1;
  expect(20);
  line.onopen = () => line.send(JSON.stringify({ type: "hello", token: token, since: last, language: config.language, chosen: config.chosen }));
  line.onmessage = (message) => {
    if (line !== socket) return;
    if (live) clearTimeout(deafTimer);
    let frame;
    try { frame = JSON.parse(message.data); } catch (error) { return; }
    receive(frame);
  };
  line.onclose = line.onerror = () => hangUp(line);
}

function hangUp(line) {
  if (!line || line !== socket) return;
  if (live && Date.now() - welcomedAt > 10 * SECOND) attempts = 0;
  clearTimeout(deafTimer);
  socket = null;
  live = false;
  line.onopen = line.onmessage = line.onclose = line.onerror = null;
  try { line.close(); } catch (error) { /* closed already */ }
  again();
  showState();
}

function again() { // 0.5–1 s, then twice as long each time, up to half a minute, never in step with the others
  const wait = Math.min(30, Math.pow(2, attempts)) * (0.5 + Math.random() / 2);
  attempts += 1;
  clearTimeout(retryTimer);
  retryTimer = setTimeout(connect, wait * SECOND);
}

function expect(seconds) {
  clearTimeout(deafTimer);
  const line = socket;
  deafTimer = setTimeout(() => hangUp(line), seconds * SECOND);
}

function transmit(frame) {
  try { socket.send(JSON.stringify(frame)); return true; } catch (error) { hangUp(socket); return false; }
}

function ping() {
  if (live && transmit({ type: "ping" })) expect(10);
}

function hurry() { // the network or the reader came back: do not wait for the timer
  if (live) ping();
  else if (!socket) connect();
}

function showState() {
  clearTimeout(stateTimer);
  if (live) {
    byId("state").textContent = wasLost ? say("reconnected") : "";
    if (wasLost) stateTimer = setTimeout(() => { byId("state").textContent = ""; }, 3 * SECOND);
    wasLost = false;
  } else if (welcomedAt || attempts > 1) { // a short break is not worth a word
    stateTimer = setTimeout(() => { wasLost = true; byId("state").textContent = say("lost"); }, wasLost ? 0 : 1.2 * SECOND);
  }
  outbox.forEach(paintItem);
}

function receive(frame) {
  if (frame.type === "welcome") welcome(frame);
  else if (frame.type === "events") take(frame.events);
  else if (frame.type === "ack") done(frame.id);
  else if (frame.type === "refused") refused(frame);
  else if (frame.type === "notice") toast(frame.text);
  else if (frame.type === "reload") reloadWanted = true;
}

function welcome(frame) {
  const stranger = token === null;
  const changed = !stranger && frame.token !== token;
  token = frame.token;
  if (store.get("token") !== token) store.set("token", token);
  if (changed && last) { // perhaps another visitor, whose events count from 1: begin afresh
    forget();
    hangUp(socket);
    connect();
    return;
  }
  const history = last === 0;
  clearTimeout(deafTimer);
  live = true;
  welcomedAt = Date.now();
  if (stranger) scroller.setAttribute("aria-live", "polite"); // the greeting is read out, a history is not
  take(frame.events, history);
  if (history) {
    byId("earlier").hidden = !frame.earlier;
    setTimeout(() => scroller.setAttribute("aria-live", "polite"), SECOND);
  }
  showState();
  flush();
  pump();
}

function forget() {
  last = 0;
  seen.clear();
  nodes.clear();
  lastDay = "";
  scroller.setAttribute("aria-live", "off");
  Array.from(list.children).forEach((node) => { if (!node.matches(".pending, .refused")) node.remove(); });
}

// ── Outbox: what must still arrive ───────────────────────────────────────────────────────────────
// An item: {id, type: "message"|"press", at, …, refused?: reason}. Only these fields are stored;
// the page's own knowledge of it (node, connection it went out on) is in `trips`.

const outbox = [];
const trips = new Map(); // id → {node, number, at}
let pausedUntil = 0, flushTimer;

const keep = (item) => store.set("out." + item.id, item);
const find = (id) => outbox.find((item) => item.id === id);

function post(item) {
  outbox.push(item);
  trips.set(item.id, {});
  keep(item);
  if (item.type === "message") drawItem(item);
  flush();
  pump();
  if (!live && !socket && Date.now() - triedAt > 2 * SECOND) connect();
}

function flush() {
  clearTimeout(flushTimer);
  if (!live) return;
  if (Date.now() < pausedUntil) {
    flushTimer = setTimeout(flush, pausedUntil - Date.now() + 50);
    return;
  }
  let arriving = false; // what was pressed after files waits for them: nothing is handed in without them
  for (const item of outbox.slice()) {
    const trip = trips.get(item.id);
    const waiting = trip.number === number && Date.now() - trip.at < 30 * SECOND;
    if (item.refused || waiting) continue;
    const frame = frameOf(item);
    if (!frame) {
      arriving = arriving || item.files.some((slip) => ["waiting", "going"].includes((files.get(slip.key) || {}).state));
      continue;
    }
    if (arriving && item.type === "press") continue;
    trip.number = number;
    trip.at = Date.now();
    if (!transmit(frame)) return;
    paintItem(item);
  }
}

function frameOf(item) {
  if (item.type === "press") return { type: "press", id: item.id, message: item.message, data: item.data, caption: item.caption };
  if (!item.refs) { // the first complete set of references is frozen: same id, same body, from whichever tab
    const stored = store.get("out." + item.id);
    const refs = item.files.map((file) => (files.get(file.key) || {}).ref);
    if (stored && stored.refs) item.refs = stored.refs;
    else if (refs.every(Boolean)) item.refs = refs;
    else return null;
    keep(item);
  }
  return { type: "message", id: item.id, text: item.text, files: item.refs };
}

function done(id) { // committed; the bubble stays until its event replaces it
  const item = find(id);
  if (!item) return;
  outbox.splice(outbox.indexOf(item), 1);
  if (item.type === "press") setBusy(item, false);
  else paintItem(item);
  release(item, () => store.drop("out." + id));
}

function release(item, then) { // files first: an item without its files is still complete by its refs
  const keys = (item.files || []).map((file) => file.key);
  keys.forEach((key) => { if (files.has(key)) discard(files.get(key)); });
  if (keys.length) shelf.drop(keys).then(then);
  else then();
}

function refused(frame) {
  const item = find(frame.id);
  if (!item) return;
  trips.get(item.id).number = 0;
  if (frame.retry_after !== null && frame.retry_after !== undefined) {
    pausedUntil = Date.now() + Math.max(1, frame.retry_after) * SECOND;
    trips.get(item.id).reason = frame.reason;
    paintItem(item);
    flush();
  } else if (item.type === "press") {
    toast(frame.reason);
    done(item.id);
  } else {
    item.refused = frame.reason || say("refused");
    keep(item);
    paintItem(item);
  }
}

function abandon(item) {
  const node = trips.get(item.id).node;
  outbox.splice(outbox.indexOf(item), 1);
  trips.delete(item.id);
  release(item, () => store.drop("out." + item.id));
  const focused = node && node.contains(document.activeElement);
  if (node) node.remove();
  if (focused) goHome();
}

function reclaim(item) { // take the files out of an item, to be uploaded anew
  const slips = item.files;
  item.files = [];
  slips.map((slip) => files.get(slip.key)).filter((file) => file && file.blob).forEach((file) => {
    Object.assign(file, { ref: null, anew: true, state: "waiting", tries: 0, notBefore: 0 });
    save(file);
  });
  return slips;
}

function resend(item) { // a refused id is spent: the same words go under a new one
  const slips = reclaim(item);
  postText(item.text, slips);
  abandon(item);
}

function rewrite(item) { // back into the composer, before whatever is being written
  input.value = item.text + (input.value ? "\n" + input.value : "");
  reclaim(item).map((slip) => files.get(slip.key)).filter(Boolean).forEach((file) => {
    tray.append(file.node);
    paintFile(file);
  });
  saveDraft();
  abandon(item);
  input.focus();
  written();
  pump();
}

// ── Uploads: one at a time, each file with its own line and progress bar ─────────────────────────
// A file: {key, tab, name, size, type, blob, ref, state: waiting|going|done|failed, …}

const files = new Map();
let uploading = null, pumpTimer;

function tabName() {
  try {
    if (!sessionStorage.getItem(PREFIX + "tab")) sessionStorage.setItem(PREFIX + "tab", uuid());
    return sessionStorage.getItem(PREFIX + "tab");
  } catch (error) { return ""; }
}

async function save(file) {
  try {
    await shelf.put({ key: file.key, tab: file.tab, at: file.at, name: file.name, size: file.size, type: file.type, blob: file.blob, ref: file.ref });
    file.kept = true;
  } catch (error) { file.kept = false; }
  if (!files.has(file.key)) shelf.drop([file.key]); // removed, or sent, while it was being written
  showCaution();
}

function showCaution() {
  byId("caution").hidden = !Array.from(files.values()).some((file) => file.kept === false);
}

function attach(chosen) {
  const wanted = Array.from(chosen);
  const limit = config.maxFileMb || 20;
  const most = config.maxFiles || 10;
  let added = 0;
  const complaints = [];
  wanted.forEach((blob) => {
    const name = blob.name || say("pasted") + (/jpe?g/.test(blob.type) ? ".jpg" : ".png");
    if (!blob.size) complaints.push(say("file_empty", { name: name }));
    else if (blob.size > limit * 1024 * 1024) complaints.push(say("file_big", { name: name, max: limit }));
    else if (tray.children.length >= most) complaints.push(say("file_many", { max: most }));
    else {
      const file = { key: uuid(), tab: tabName(), at: Date.now() + added, name: name, size: blob.size, type: blob.type, blob: blob, ref: null };
      shelve(file);
      tray.append(file.node);
      paintFile(file);
      save(file);
      added += 1;
    }
  });
  if (added) whisper(say("attached", { count: added }));
  if (complaints.length) toast(Array.from(new Set(complaints)).join(" "));
  written();
  pump();
}

function shelve(file) { // make a file known to this page and give it its line
  file.state = file.ref ? "done" : "waiting";
  file.tries = 0;
  file.notBefore = 0;
  file.node = make("li", {});
  files.set(file.key, file);
  if (file.blob && /^image\/(png|jpe?g|gif|webp)$/.test(file.type)) {
    file.picture = URL.createObjectURL(file.blob);
    const image = make("img", { class: "thumb", src: file.picture, alt: "" });
    image.onerror = () => image.remove();
    file.node.append(image);
  }
  file.bar = make("progress", { max: 100, value: 0, "aria-label": say("uploading", { name: file.name }) });
  file.error = make("span", { class: "error" });
  file.retry = make("button", { type: "button", class: "act", click: () => retry(file) }, say("retry"));
  file.remove = make("button", { type: "button", class: "act", click: () => takeOut(file) }, say("remove"));
  name(file.retry, file);
  name(file.remove, file);
  file.node.append(make("span", { class: "name" }, file.name), make("span", { class: "size" }, sizeName(file.size)),
    file.bar, file.error, file.retry, file.remove);
  paintFile(file);
}

function name(button, file) { button.setAttribute("aria-label", button.textContent + ": " + file.name); }

function paintFile(file) {
  file.bar.hidden = file.state === "done" || file.state === "failed";
  file.error.textContent = file.state === "failed" || file.tries ? file.reason || "" : "";
  file.error.hidden = !file.error.textContent;
  file.retry.hidden = !file.blob || file.final || !(file.state === "failed" || (file.state === "waiting" && file.tries));
  file.remove.hidden = file.node.parentNode !== tray && file.state !== "failed";
  const item = ownerOf(file);
  if (item) paintItem(item);
}

function ownerOf(file) { return outbox.find((item) => item.files && item.files.some((slip) => slip.key === file.key)); }

function retry(file) {
  file.state = "waiting";
  file.notBefore = 0;
  file.tries = 0;
  paintFile(file);
  goHome();
  pump();
}

function discard(file) {
  files.delete(file.key);
  showCaution();
  if (file.xhr) file.xhr.abort();
  if (file.picture && file.node.isConnected === false) URL.revokeObjectURL(file.picture);
}

function takeOut(file) {
  const item = ownerOf(file);
  const inTray = file.node.parentNode === tray;
  discard(file);
  file.node.remove();
  shelf.drop([file.key]);
  if (item) {
    item.files = item.files.filter((slip) => slip.key !== file.key);
    keep(item);
    if (!item.text && !item.files.length) abandon(item);
    else { paintItem(item); flush(); }
  }
  if (inTray) goHome();
  written();
}

function pump() {
  clearTimeout(pumpTimer);
  if (uploading || !token) return;
  const waiting = Array.from(files.values()).filter((file) => file.state === "waiting");
  const next = waiting.find((file) => file.notBefore <= Date.now());
  if (!next) {
    if (waiting.length) pumpTimer = setTimeout(pump, Math.min(...waiting.map((file) => file.notBefore)) - Date.now() + 50);
    return;
  }
  uploading = next;
  next.state = "going";
  paintFile(next);
  alone("upload." + next.key, () => upload(next)).then(() => {
    uploading = null;
    if (files.has(next.key)) paintFile(next);
    flush();
    pump();
  });
}

async function upload(file) {
  try {
    const record = await shelf.get(file.key);
    if (record && record.ref && !file.anew) file.ref = record.ref; // another tab was quicker
  } catch (error) { /* no shelf: upload from memory */ }
  if (!files.has(file.key)) return;
  const answer = file.ref ? { status: 200, body: file } : await carry(file);
  file.xhr = null;
  if (answer.status === 200 && answer.body.ref) {
    file.ref = answer.body.ref;
    file.anew = false;
    file.state = "done";
    if (files.has(file.key)) await save(file);
  } else if (answer.status < 400 || answer.status >= 500 || [401, 408, 425, 429].includes(answer.status)) { // may pass by itself
    file.tries += 1;
    const wait = answer.body.retry_after || Math.min(60, 2 * Math.pow(2, file.tries)) * (0.75 + Math.random() / 2);
    file.notBefore = Date.now() + wait * SECOND;
    file.reason = answer.body.error || say("upload_again");
    file.state = "waiting";
    if (answer.status === 401) hangUp(socket);
  } else {
    file.reason = answer.body.error || (answer.status === 413 ? say("file_big", { name: file.name, max: config.maxFileMb }) : say("upload_failed"));
    file.state = "failed";
    file.final = answer.status === 413 || answer.status === 422; // the same file would be refused again
    if (files.has(file.key)) whisper(file.name + ": " + file.reason); // its own line shows it
  }
}

function carry(file) {
  return new Promise((resolve) => {
    const xhr = new XMLHttpRequest();
    let stalled;
    const moving = () => { clearTimeout(stalled); stalled = setTimeout(() => xhr.abort(), 90 * SECOND); };
    file.xhr = xhr;
    xhr.upload.onprogress = (progress) => {
      moving();
      if (progress.lengthComputable) file.bar.value = Math.round(100 * progress.loaded / progress.total);
    };
    xhr.onloadend = () => {
      clearTimeout(stalled);
      let body = null;
      try { body = JSON.parse(xhr.responseText); } catch (error) { /* a proxy's page */ }
      resolve({ status: xhr.status, body: body || {} });
    };
    xhr.open("POST", config.upload + "?lang=" + config.language);
    xhr.setRequestHeader("Authorization", "Bearer " + token);
    const form = new FormData();
    form.append("file", file.blob, file.name);
    moving();
    xhr.send(form);
  });
}

// ── Drawing the talk ─────────────────────────────────────────────────────────────────────────────

const seen = new Set();  // event numbers
const nodes = new Map(); // message number → its node
let lastDay = "";
let remembering = false; // a history is being drawn
let stuck = true;        // the reader is at the end and wants to stay there
let unread = 0, shown = !embedded, fresh = 0;
let ledAt = 0;           // when the page last led the reader to a long answer's first line; what follows at once belongs to it

function take(events, history) {
  const wasStuck = stuck || Date.now() - ledAt < 3 * SECOND;
  let newest = null;
  remembering = Boolean(history);
  events.forEach((event) => {
    if (seen.has(event.event)) return;
    seen.add(event.event);
    last = Math.max(last, event.event);
    const node = draw(event);
    if (!node || event.kind !== "message" || history) return;
    newest = node;
    fresh += 1;
    if (document.hidden || !shown) unread += 1;
  });
  const rows = list.querySelectorAll(".buttons");
  rows.forEach((row, at) => row.classList.toggle("old", at < rows.length - 3));
  byId("empty").hidden = list.children.length > 0;
  if (history || (wasStuck && !newest)) { stuck = wasStuck || history; toEnd(); }
  else if (wasStuck) toStartOf(newest);
  showUnread();
  showJump();
}

function draw(event) {
  const node = nodes.get(event.message);
  if (event.kind === "mine") return drawMine(event);
  if (event.kind === "message") return drawTheirs(event);
  if (event.kind === "edit" && node) {
    const focused = node.contains(document.activeElement);
    const body = node.querySelector(".body"), old = node.querySelector(".buttons");
    body.textContent = "";
    body.append(runs(event.runs));
    const buttons = rowsOf(event.message, event.buttons);
    if (old) old.remove();
    if (buttons) node.append(buttons);
    if (focused && !node.contains(document.activeElement)) node.focus({ preventScroll: true });
  }
  if (event.kind === "deleted" && node) {
    if (node.contains(document.activeElement)) scroller.focus({ preventScroll: true });
    nodes.delete(event.message);
    node.remove();
  }
  return null;
}

function bubble(kind, who, at) {
  const time = make("time", { datetime: new Date(at).toISOString() }, clockOf(at));
  return make("div", { class: "msg " + kind, tabindex: -1 }, make("p", { class: "who" }, who, " ", time), make("div", { class: "body" }));
}

function place(node, at) { // after what is committed, before what is still on its way
  const waiting = list.querySelector(remembering ? ".pending, .refused" : ".pending");
  if (waiting && (!node.parentNode || waiting.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING)) list.insertBefore(node, waiting);
  else if (!node.parentNode) list.append(node);
  if (dayOf(at) !== lastDay) {
    lastDay = dayOf(at);
    list.insertBefore(make("p", { class: "day", "data-day": lastDay }, dayName(lastDay)), node);
  }
}

function drawTheirs(event) {
  const officer = event.from === "officer";
  const at = Date.parse(event.at);
  const who = make("span", {}, officer ? make("b", {}, (event.name ? event.name + " · " : "") + say("officer")) : event.name || say(event.from === "office" ? "from_office" : "bot"));
  const node = bubble(officer ? "officer" : "bot", who, at);
  node.querySelector(".body").append(runs(event.runs || []));
  [filesOf(event.files), rowsOf(event.message, event.buttons)].forEach((part) => { if (part) node.append(part); });
  nodes.set(event.message, node);
  place(node, at);
  return node;
}

function drawMine(event) {
  const at = Date.parse(event.at);
  done(event.id);
  const trip = trips.get(event.id);
  const node = (trip && trip.node) || bubble("mine", make("span", { class: "unseen" }, say("you")), at);
  trips.delete(event.id);
  node.classList.remove("pending", "refused");
  Array.from(node.querySelectorAll(".status, .acts, .files")).forEach((part) => part.remove());
  const body = node.querySelector(".body"), time = node.querySelector("time");
  if (body.textContent !== event.text) body.textContent = event.text || "";
  if (time.textContent !== clockOf(at)) time.textContent = clockOf(at);
  const links = filesOf(event.files);
  if (links) node.append(links);
  place(node, at);
  return node;
}

function drawItem(item) {
  const node = bubble("mine pending", make("span", { class: "unseen" }, say("you")), item.at);
  node.querySelector(".body").textContent = item.text;
  const holder = make("ul", { class: "files", hidden: !item.files.length });
  node.append(holder, make("p", { class: "status" }), make("div", { class: "acts" }));
  trips.get(item.id).node = node;
  item.files.forEach((slip) => {
    if (!files.has(slip.key) && !item.refs) lose(slip);
    if (files.has(slip.key)) holder.append(files.get(slip.key).node);
    else holder.append(make("li", {}, make("span", { class: "name" }, slip.name)));
  });
  item.files.forEach((slip) => { if (files.has(slip.key)) paintFile(files.get(slip.key)); });
  list.append(node);
  paintItem(item);
  byId("empty").hidden = true;
  stuck = true;
  toEnd();
}

function lose(slip) { // listed in a stored message, but the browser no longer has it
  shelve({ key: slip.key, name: slip.name, size: slip.size, type: "", blob: null, ref: null });
  const file = files.get(slip.key);
  file.state = "failed";
  file.reason = say("file_gone");
}

function paintItem(item) {
  const trip = trips.get(item.id);
  const node = trip && trip.node;
  if (!node) return;
  const failed = item.files.some((slip) => (files.get(slip.key) || {}).state === "failed");
  const sent = !outbox.includes(item);
  const word = item.refused || (sent ? "" : failed ? say("file_stuck") : trip.reason && Date.now() < pausedUntil ? trip.reason : say(live ? "sending" : "waiting"));
  const status = node.querySelector(".status");
  if (status.textContent !== word) status.textContent = word;
  node.classList.toggle("refused", Boolean(item.refused));
  node.classList.toggle("pending", !item.refused);
  const acts = node.querySelector(".acts");
  if (item.refused && !acts.firstChild) {
    [["resend", resend], ["edit", rewrite], ["discard", abandon]].forEach((act) => {
      acts.append(make("button", { type: "button", class: "act", click: () => act[1](item) }, say(act[0])));
    });
  }
}

function safe(href, schemes) {
  try {
    const url = new URL(href, location.href);
    return schemes.includes(url.protocol) ? url.href : null;
  } catch (error) { return null; }
}

function link(href, schemes, attributes, child) {
  const target = safe(href, schemes);
  return target ? make("a", Object.assign({ href: target, target: "_blank", rel: "noopener" }, attributes), child) : null;
}

const WEB = ["http:", "https:"];
const STYLES = ["b", "i", "u", "s", "code"];

/* Addresses in a text can be pressed; a stop behind one is no part of it. */
function linked(text) {
  const holder = document.createDocumentFragment();
  text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}])/).forEach((part, place) => {
    holder.append((place % 2 && link(part, WEB, {}, document.createTextNode(part))) || document.createTextNode(part));
  });
  return holder;
}

function runs(parts) {
  const holder = document.createDocumentFragment();
  parts.forEach((run) => {
    let piece = run.href || run.code ? document.createTextNode(run.text) : linked(run.text);
    STYLES.forEach((style) => { if (run[style]) piece = make(style, {}, piece); });
    const absolute = run.href && /^[a-z]+:/i.test(run.href);
    holder.append((absolute && link(run.href, WEB.concat("tel:", "mailto:"), {}, piece)) || piece);
  });
  return holder;
}

function filesOf(parts) {
  if (!parts || !parts.length) return null;
  return make("ul", { class: "files" }, ...parts.map((file) => {
    const item = fileLine(file);
    if (file.preview && safe(file.preview, WEB)) {
      const image = make("img", { src: safe(file.preview, WEB), alt: file.name, loading: "lazy" });
      const shown = link(file.preview, WEB, { class: "view" }, image);
      image.onerror = () => { shown.remove(); item.classList.remove("picture"); };
      item.classList.add("picture");
      item.prepend(shown);
    }
    return item;
  }));
}

function fileLine(file) {
  const label = file.name || say("file");
  return make("li", {}, link(file.url, WEB, { class: "name" }, label) || make("span", { class: "name" }, label),
    make("span", { class: "size" }, sizeName(file.size || 0)));
}

function rowsOf(message, rows) {
  if (!rows || !rows.length) return null;
  return make("div", { class: "buttons" }, ...rows.map((row) => make("div", { class: "row" }, ...row.map((button) => {
    if (button.url) return link(button.url, WEB, { class: "press" }, button.text);
    const busy = outbox.some((item) => item.type === "press" && item.message === message && item.data === button.data);
    return make("button", {
      type: "button", class: "press", "data-message": message, "data-data": button.data, "aria-busy": busy && "true", "aria-disabled": busy && "true",
      click: (click) => press(click.currentTarget, message, button),
    }, button.text);
  }))));
}

function press(element, message, button) { // aria-disabled rather than disabled: the focus stays where it is
  if (element.getAttribute("aria-busy")) return;
  if (tray.children.length) {
    toast(say("files_unsent"));
    return;
  }
  const item = { id: uuid(), type: "press", at: Date.now(), message: message, data: button.data, caption: button.text };
  setBusy(item, true);
  stuck = true;
  post(item);
  if (!live) toast(say("lost"));
}

function setBusy(item, busy) {
  const node = nodes.get(item.message);
  Array.from(node ? node.querySelectorAll("button.press") : []).forEach((button) => {
    if (button.dataset.data !== item.data) return;
    ["aria-busy", "aria-disabled"].forEach((name) => { if (busy) button.setAttribute(name, "true"); else button.removeAttribute(name); });
  });
}

function toEnd() { scroller.scrollTop = scroller.scrollHeight; }

function toStartOf(node) { // an answer longer than the window is shown from its first line
  if (scroller.scrollHeight - node.offsetTop <= scroller.clientHeight) return toEnd();
  stuck = false;
  fresh = 0; // it is in sight, and what came before it is behind the reader
  ledAt = Date.now();
  scroller.scrollTop = node.offsetTop - 8;
}

function showJump() {
  if (stuck) fresh = 0;
  const away = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight > 40;
  byId("jump").hidden = stuck || !away;
  byId("jump").textContent = fresh ? say("jump_new", { count: fresh }) : say("jump");
}

function showUnread() {
  if (!document.hidden && shown) unread = 0;
  document.title = (unread ? "(" + unread + ") " : "") + title;
  if (embedded) parent.postMessage({ chuan: "unread", count: unread }, "*");
}

// ── Composer ─────────────────────────────────────────────────────────────────────────────────────

const title = document.title;
let draftTimer;

function written() { // after every change of text or tray
  input.style.height = "auto";
  input.style.height = input.scrollHeight + 2 + "px";
  tray.hidden = !tray.children.length;
  showCaution();
  clearTimeout(draftTimer);
  draftTimer = setTimeout(saveDraft, 300);
  if (stuck) toEnd();
}

function postText(text, slips) { post({ id: uuid(), type: "message", at: Date.now(), text: text, files: slips }); }

function saveDraft() {
  if (input.value) store.set("draft", input.value);
  else store.drop("draft");
}

function send() {
  const text = input.value.trim();
  const mine = Array.from(files.values()).filter((file) => file.node.parentNode === tray);
  if (!text && !mine.length) return;
  if (mine.some((file) => file.state === "failed")) {
    toast(say("file_first"));
    return;
  }
  if (text.length > config.maxText) { // longer than a frame may be, it would be sent for ever
    toast(say("too_long", { length: text.length, max: config.maxText }));
    return;
  }
  input.value = "";
  saveDraft();
  postText(text, mine.map((file) => ({ key: file.key, name: file.name, size: file.size, type: file.type })));
  written();
  if (document.activeElement === byId("send")) input.focus();
}

function wireComposer() {
  byId("composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
  document.querySelectorAll("[data-start]").forEach((button) => button.addEventListener("click", () => {
    postText(button.textContent, []);
    goHome();
  }));
  byId("send").addEventListener("mousedown", (event) => event.preventDefault()); // the phone's keyboard stays up
  input.addEventListener("input", written);
  input.addEventListener("keydown", (event) => {
    const composing = event.isComposing || event.keyCode === 229; // Telex and VNI finish a word with Enter
    if (event.key !== "Enter" || event.shiftKey || composing || touch) return;
    event.preventDefault();
    send();
  });
  [["attach", "pick"], ["camera", "shoot"]].forEach((pair) => {
    const chooser = byId(pair[1]);
    byId(pair[0]).addEventListener("click", () => chooser.click());
    chooser.addEventListener("change", () => {
      attach(chooser.files);
      chooser.value = "";
      input.focus();
    });
  });
  document.addEventListener("paste", (event) => {
    const data = event.clipboardData;
    if (!data || !data.files || !data.files.length || Array.from(data.types).includes("text/plain")) return; // Word adds a picture to its text
    event.preventDefault();
    attach(data.files);
  });
}

function wireDrop() {
  const carries = (event) => event.dataTransfer && Array.from(event.dataTransfer.types).includes("Files");
  let hide;
  document.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    byId("drop").hidden = false;
    clearTimeout(hide);
    hide = setTimeout(() => { byId("drop").hidden = true; }, 400); // dragover repeats while it lasts
  });
  document.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    byId("drop").hidden = true;
    attach(event.dataTransfer.files);
  });
}

// ── Start ────────────────────────────────────────────────────────────────────────────────────────

function wireScroller() {
  ["wheel", "touchmove", "pointerdown", "keydown"].forEach((kind) => scroller.addEventListener(kind, () => { ledAt = 0; }, { passive: true }));
  scroller.addEventListener("scroll", () => {
    stuck = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
    showJump();
  }, { passive: true });
  byId("jump").addEventListener("click", () => {
    stuck = true;
    toEnd();
    showJump();
    scroller.focus({ preventScroll: true });
  });
  const follow = () => { if (stuck) toEnd(); };
  if (window.ResizeObserver) [scroller, list].forEach((element) => new ResizeObserver(follow).observe(element));
  window.addEventListener("resize", follow);
  const view = window.visualViewport;
  if (view && touch) view.addEventListener("resize", () => { // iOS lays its keyboard over the page
    const zoomed = view.scale > 1.01;
    if (zoomed) document.documentElement.style.removeProperty("--room");
    else document.documentElement.style.setProperty("--room", view.height + "px");
    if (!zoomed) window.scrollTo(0, 0);
  });
}

function wireWindow() {
  window.addEventListener("online", () => { files.forEach((file) => { file.notBefore = 0; }); hurry(); pump(); });
  window.addEventListener("offline", ping);
  window.addEventListener("pageshow", (event) => { if (event.persisted) hurry(); });
  window.addEventListener("pagehide", saveDraft);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    hurry();
    showUnread();
    list.querySelectorAll(".day").forEach((day) => { day.textContent = dayName(day.dataset.day); });
  });
  ["pointerdown", "keydown"].forEach((kind) => document.addEventListener(kind, () => { touchedAt = Date.now(); }, true));
  window.addEventListener("beforeunload", (event) => {
    const unkept = Array.from(files.values()).some((file) => file.blob && !file.kept) || outbox.some((item) => memory.has("out." + item.id));
    if (!unkept) return;
    event.preventDefault();
    event.returnValue = "";
  });
  window.addEventListener("storage", (event) => { // two tabs of a first visit agree on one visitor
    if (event.key !== PREFIX + "token" || !event.newValue) return;
    const agreed = store.get("token");
    if (!agreed || agreed === token) return;
    token = agreed;
    forget();
    hangUp(socket);
    connect();
  });
  setInterval(() => {
    ping();
    flush();
    const idle = document.hidden || Date.now() - touchedAt > 120 * SECOND;
    if (reloadWanted && live && idle && !outbox.length && !files.size && !input.value) location.reload();
  }, 25 * SECOND);
}

function wireEmbed() {
  if (!embedded) return;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) parent.postMessage({ chuan: "close" }, "*");
  });
  window.addEventListener("message", (event) => {
    if (event.source !== parent || !event.data) return;
    if (event.data.chuan === "opened") {
      shown = true;
      if (stuck) toEnd();
      showUnread();
      goHome();
    }
    if (event.data.chuan === "closed") shown = false;
  });
  parent.postMessage({ chuan: "ready" }, "*");
}

function adopt(record) { // an unsent file of an earlier page
  if (files.has(record.key)) return;
  shelve(record);
  record.kept = true;
  tray.append(record.node);
  paintFile(record);
}

async function restore() {
  store.under("out.").filter((item) => item.id && item.type && !find(item.id)).sort((a, b) => a.at - b.at).forEach((item) => {
    outbox.push(item);
    trips.set(item.id, {});
  });
  const records = (await shelf.all()).sort((a, b) => a.at - b.at);
  const owned = new Set();
  outbox.forEach((item) => (item.files || []).forEach((slip) => owned.add(slip.key)));
  records.filter((record) => owned.has(record.key)).forEach((record) => { if (!files.has(record.key)) { shelve(record); record.kept = true; } });
  outbox.forEach((item) => { if (item.type === "message" && !trips.get(item.id).node) drawItem(item); });
  const drafts = records.filter((record) => !owned.has(record.key));
  drafts.filter((record) => record.tab === tabName()).forEach(adopt);
  const strays = drafts.filter((record) => record.tab !== tabName());
  if (navigator.locks) { // files left by a closed tab come to the only tab that is open
    navigator.locks.request(PREFIX + "tray", { ifAvailable: true }, (lock) => {
      if (!lock) return null;
      strays.forEach(adopt);
      written();
      pump();
      return new Promise(() => {});
    }).catch(() => {});
  } else strays.forEach(adopt);
  written();
  flush();
  pump();
}

input.value = input.value || store.get("draft") || "";
wireComposer();
wireDrop();
wireScroller();
wireWindow();
wireEmbed();
restore();
connect();
})();
