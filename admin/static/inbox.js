/* The inbox: its pages keep themselves up to date, and nothing that was typed is lost. Without this file everything works but the canned
   replies and the names of who else is looking. */
"use strict";
{
  const fetchText = async (url, etag) => {
    const answer = await fetch(url, { cache: "no-store", headers: etag ? { "If-None-Match": etag } : {} });
    if (answer.redirected || answer.status === 401) throw new Error("signed-out");
    if (answer.status === 304) return null;
    if (!answer.ok) throw new Error("lost");
    return { text: await answer.text(), etag: answer.headers.get("ETag") };
  };
  const parse = (text) => new DOMParser().parseFromString(text, "text/html");
  const signedOut = document.getElementById("signed-out");
  const repeat = (milliseconds, task) => {
    const tick = async () => {
      if (document.visibilityState === "visible" && (!signedOut || signedOut.hidden)) await task();
      setTimeout(tick, milliseconds);
    };
    setTimeout(tick, milliseconds);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && task());
  };

  /* A queue is read again while nobody is working in it. */
  const queue = document.querySelector("[data-refresh]");
  if (queue) {
    let etag = null;
    repeat(Number(queue.dataset.refresh), async () => {
      if (queue.contains(document.activeElement)) return;
      try {
        const news = await fetchText(location.href, etag);
        if (!news) return;
        etag = news.etag;
        const page = parse(news.text);
        for (const place of ["#queue", "#queues", ".menu"]) {
          const now = document.querySelector(place);
          const next = page.querySelector(place);
          if (now && next && now.innerHTML !== next.innerHTML && !now.contains(document.activeElement)) now.replaceChildren(...next.childNodes);
        }
        document.title = page.title;
      } catch { /* the next turn tries again */ }
    });
  }

  /* On a phone the talk comes before the facts about it. */
  if (window.matchMedia("(max-width: 60rem)").matches) document.querySelector(".more")?.removeAttribute("open");

  /* ── posting: a form that was opened before a new sign-in gets that one's token, if the same person signed in ── */
  const talk = document.querySelector(".talk");
  const token = () => document.querySelector("[name=csrf_token]").value;
  const post = async (url, body, keepalive = false) => {
    body.set("csrf_token", token());
    const answer = await fetch(url, { method: "POST", body, keepalive, headers: { Accept: "application/json" } });
    if (answer.status === 401) { signedOut.hidden = false; throw new Error("signed-out"); }
    if (answer.ok) signedOut.hidden = true;
    return { ok: answer.ok, status: answer.status, facts: await answer.json() };
  };
  const renew = async () => {
    const page = parse((await fetchText(location.href)).text);
    if (page.querySelector(".talk")?.dataset.officer !== talk.dataset.officer) throw new Error("other");
    const fresh = page.querySelector("[name=csrf_token]").value;
    for (const field of document.getElementsByName("csrf_token")) field.value = fresh;
  };
  const send = async (url, body, keepalive = false) => {
    const answer = await post(url, body, keepalive);
    if (answer.status !== 400) return answer;
    await renew();
    return post(url, body, keepalive);
  };
  const form = (fields) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return body;
  };
  const why = (of, fault) => ({ "signed-out": of.dataset.signedOut, other: of.dataset.other })[fault.message] || of.dataset.failed;
  const shelf = (key) => ({
    get: () => { try { return localStorage.getItem(key) || ""; } catch { return ""; } },
    set: (text) => { try { if (text.trim()) localStorage.setItem(key, text); else localStorage.removeItem(key); } catch { /* private window */ } },
  });

  /* ── the conversation: new turns are added, changed ones (their delivery) replaced; nothing else is touched, so nothing is read twice ── */
  const log = document.querySelector("[data-turns]");
  const reply = document.querySelector("form.reply");
  let look = async () => {};
  if (log) {
    const list = log.querySelector("ul");
    const fresh = document.querySelector(".fresh");
    const state = document.querySelector(".link-state");
    const standing = document.getElementById("standing").dataset.standing;
    const title = document.title;
    let etag = null;
    let newest = list.dataset.seen;
    const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    const seen = () => { fresh.hidden = true; if (reply) reply.elements.seen.value = newest; };
    const toEnd = () => { log.scrollTop = log.scrollHeight; seen(); };
    const replace = (id, page) => {
      const now = document.getElementById(id);
      const next = page.getElementById(id);
      if (now.innerHTML !== next.innerHTML) now.replaceChildren(...next.cloneNode(true).childNodes);
      return next;
    };
    const merge = (text) => {
      const page = parse(text);
      const wasAtEnd = isAtEnd();
      let news = false;
      for (const turn of page.querySelectorAll(".turn")) {
        const old = document.getElementById(turn.id);
        if (!old) { list.append(document.importNode(turn, true)); news = true; }
        else if (old.outerHTML !== turn.outerHTML) old.replaceWith(document.importNode(turn, true));
      }
      newest = page.querySelector(".turns").dataset.seen;
      replace("others", page);
      document.getElementById("moved").hidden = replace("standing", page).dataset.standing === standing;
      if (!news) return;
      if (wasAtEnd) toEnd(); else fresh.hidden = false;
      if (!document.hasFocus()) document.title = "• " + title;
    };
    look = async () => {
      const news = await fetchText(log.dataset.turns, etag);
      if (news) { etag = news.etag; merge(news.text); }
    };
    look.toEnd = toEnd;
    log.style.scrollBehavior = "auto";
    toEnd();
    log.style.scrollBehavior = "";
    fresh.querySelector("button").addEventListener("click", toEnd);
    log.addEventListener("scroll", () => { if (isAtEnd()) seen(); }, { passive: true });
    const keepUp = async () => {
      try {
        await look();
        state.textContent = "";
        signedOut.hidden = true;
      } catch (fault) {
        const isOut = fault.message === "signed-out";
        if (isOut) signedOut.hidden = false;
        const sentence = isOut ? "" : log.dataset.lost;
        if (state.textContent !== sentence) state.textContent = sentence;
      }
    };
    repeat(4000, keepUp);
    window.addEventListener("focus", () => { document.title = title; if (!signedOut.hidden) keepUp(); });
    if (log.dataset.presence) {
      const beat = () => post(log.dataset.presence, form({})).catch(() => { /* the turns say that the line is down */ });
      beat();
      repeat(10_000, beat);
      window.addEventListener("pagehide", () => { post(log.dataset.presence, form({ leaves: "1" }), true).catch(() => {}); });
    }
  }

  /* ── the reply: kept on the server while it is written, on this computer while the server cannot be reached; sent once ── */
  if (reply) {
    const box = document.getElementById("text");
    const button = reply.querySelector("button.main");
    const refusal = document.getElementById("refusal");
    const state = document.getElementById("draft-state");
    const here = shelf("draft:" + reply.dataset.key);
    let saved = box.value;
    let saving = Promise.resolve();
    let timer = 0;

    const save = (keepalive = false) => {
      clearTimeout(timer);
      const text = box.value;
      if (text === saved) return saving;
      saving = saving.then(async () => {
        try {
          const answer = await send(reply.dataset.draft, form({ text }), keepalive);
          if (!answer.ok) { state.textContent = answer.facts.sentence; return; }
          saved = text;
          if (box.value === text) { here.set(""); state.textContent = reply.dataset.saved; }
        } catch { state.textContent = reply.dataset.kept; }
      });
      return saving;
    };
    const written = () => { here.set(box.value); state.textContent = ""; clearTimeout(timer); timer = setTimeout(save, 1000); };
    box.addEventListener("input", written);
    window.addEventListener("pagehide", () => save(true));
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save(true));

    let local = here.get();
    if (local && !box.value) { box.value = local; written(); }
    else if (local && local !== box.value) {
      const two = document.getElementById("unsaved");
      two.hidden = false;
      two.querySelector("button").addEventListener("click", () => { [box.value, local] = [local, box.value]; written(); box.focus(); });
    }

    const refuse = (sentence) => {
      refusal.textContent = sentence;
      refusal.hidden = false;
      button.disabled = box.readOnly = false;
      box.focus();
    };
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) { event.preventDefault(); reply.requestSubmit(); }
    });
    reply.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.disabled) return;
      clearTimeout(timer);
      button.disabled = box.readOnly = true;
      refusal.hidden = true;
      here.set(box.value);
      await saving;
      try {
        const answer = await send(reply.action, new FormData(reply));
        if (answer.status === 409) {
          await look();
          look.toEnd();
          button.textContent = reply.dataset.anyway;
        }
        if (!answer.ok) return refuse(answer.facts.sentence);
        here.set("");
        box.value = saved = "";
        location.replace(location.pathname + "#text");
        location.reload();
      } catch (fault) { refuse(why(reply, fault)); }
    });
    if (location.hash === "#text") { box.focus(); history.replaceState(null, "", location.pathname); }

    /* ── canned replies: a list that narrows while one types, by keyboard alone ── */
    const opener = document.getElementById("canned");
    const panel = document.getElementById("canned-box");
    const search = document.getElementById("canned-search");
    const list = document.getElementById("canned-list");
    const found = document.getElementById("canned-state");
    const note = document.getElementById("canned-note");
    let asked = 0;
    let active = 0;
    const ask = async (url) => {
      const answer = await fetch(url, { cache: "no-store", headers: { Accept: "application/json" } });
      if (answer.redirected || answer.status === 401) { signedOut.hidden = false; throw new Error("signed-out"); }
      const facts = await answer.json();
      if (!answer.ok) throw new Error(facts.sentence);
      return facts;
    };
    const complain = (fault) => { found.textContent = fault instanceof TypeError || fault.message === "signed-out" ? log.dataset.lost : fault.message; };
    const activate = (number) => {
      const options = [...list.children];
      active = options.length ? (number + options.length) % options.length : 0;
      options.forEach((option, n) => option.setAttribute("aria-selected", String(n === active)));
      options[active]?.scrollIntoView({ block: "nearest" });
      if (options.length) search.setAttribute("aria-activedescendant", options[active].id); else search.removeAttribute("aria-activedescendant");
    };
    const close = () => { panel.hidden = true; opener.setAttribute("aria-expanded", "false"); box.focus(); };
    const insert = async (key) => {
      try {
        const filled = await ask(`${reply.dataset.canned}/${key}`);
        if (box.value === "/") box.value = "";
        box.setRangeText(filled.text, box.selectionStart, box.selectionEnd, "end");
        written();
        close();
        const notes = [];
        if (filled.open.length) notes.push(panel.dataset.open + " " + filled.open.map((name) => `{${name}}`).join(", "));
        if (filled.language !== panel.dataset.wanted) notes.push(panel.dataset.language);
        note.textContent = notes.join(" ");
        note.hidden = !notes.length;
      } catch (fault) { complain(fault); }
    };
    const option = (row, number) => {
      const item = document.createElement("li");
      item.id = `canned-${number}`;
      item.setAttribute("role", "option");
      item.dataset.key = row.key;
      const title = document.createElement("b");
      title.textContent = row.title;
      const text = document.createElement("span");
      text.className = "soft";
      text.textContent = row.text;
      item.append(title, " ", text);
      item.addEventListener("click", () => insert(row.key));
      return item;
    };
    const find = async () => {
      const mine = ++asked;
      try {
        const rows = await ask(`${reply.dataset.canned}?q=${encodeURIComponent(search.value)}`);
        if (mine !== asked) return;
        list.replaceChildren(...rows.map(option));
        list.hidden = !rows.length;
        found.textContent = rows.length ? "" : panel.dataset.none;
        activate(0);
      } catch (fault) { complain(fault); }
    };
    const open = () => {
      panel.hidden = false;
      opener.setAttribute("aria-expanded", "true");
      search.value = "";
      search.focus();
      find();
    };
    opener.hidden = false;
    opener.addEventListener("click", () => (panel.hidden ? open() : close()));
    box.addEventListener("input", () => { if (box.value === "/" && panel.hidden) open(); });
    search.addEventListener("input", find);
    search.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { event.preventDefault(); activate(active + step); }
      if (event.key === "Escape") { event.preventDefault(); close(); }
      if (event.key === "Enter") { event.preventDefault(); if (list.children[active] && !list.hidden) insert(list.children[active].dataset.key); }
    });
  }

  /* ── notes for colleagues ── */
  const notes = document.querySelector("form.note-form");
  if (notes) {
    const box = notes.elements.text;
    const refusal = notes.querySelector(".refused");
    const here = shelf(notes.dataset.key);
    const button = notes.querySelector("button");
    if (!box.value && here.get()) { box.value = here.get(); notes.closest("details").open = true; }
    box.addEventListener("input", () => here.set(box.value));
    notes.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.disabled) return;
      button.disabled = true;
      refusal.hidden = true;
      const refuse = (sentence) => { refusal.textContent = sentence; refusal.hidden = false; box.focus(); };
      try {
        const answer = await send(notes.action, new FormData(notes));
        if (!answer.ok) return refuse(answer.facts.sentence);
        here.set("");
        box.value = "";
        notes.elements.token.value = "n" + Date.now() + Math.random();
        await look();
        look.toEnd();
      } catch (fault) { refuse(why(notes, fault)); } finally { button.disabled = false; }
    });
  }
}
