// The web form of a dossier: keeps each answer when it is left, sends files one after the other, shows what applies. All of it also works
// without this script, by the buttons.
(function () {
  "use strict";
  const form = document.getElementById("form");
  const texts = JSON.parse(document.getElementById("form-texts").textContent);
  const state = document.getElementById("state");
  const boxes = Array.from(form.querySelectorAll("[data-box]"));
  const token = form.elements["form-token"].value;
  const quiet = form.dataset.quiet;
  const limit = Number(form.dataset.limit) * 1024 * 1024;
  const waiting = new Map(); // field -> its newest answer, not kept yet
  const files = []; // {paper, file, row} on their way
  let busy = false;
  let leaving = false;
  document.documentElement.classList.add("scripted");

  const boxOf = (name) => boxes.find((box) => box.dataset.box === name);
  const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (all, name) => (name in facts ? facts[name] : all));

  function answer(name) {
    const found = form.elements[name];
    if (!found) return "";
    return found.value; // of a group of radio buttons, the one that is chosen
  }

  // What applies: a part whose condition is on a part that does not apply does not apply either.
  function showWhatApplies() {
    const given = new Map();
    for (const box of boxes) {
      const applies = !box.dataset.when || box.dataset.values.split(" ").includes(given.get(box.dataset.when) || "");
      box.hidden = !applies;
      if (applies && !["files", "sheet"].includes(box.dataset.kind)) given.set(box.dataset.box, answer(box.dataset.box));
    }
  }

  function showFault(name, sentence) {
    const box = boxOf(name);
    if (!box) return;
    box.classList.toggle("wrong", Boolean(sentence));
    box.querySelector(".fault").textContent = sentence ? texts.fault + " " + sentence : "";
    const input = document.getElementById("f-" + name);
    if (sentence) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  function showProgress(done, total) {
    const bar = document.getElementById("progress");
    bar.max = total;
    bar.value = done;
    form.querySelector("label[for=progress]").textContent = fill(texts.progress, { done: done, total: total });
  }

  function showFiles(paper, kept) {
    const list = document.getElementById("l-" + paper);
    const running = files.filter((one) => one.paper === paper).map((one) => one.row);
    while (list.firstChild) list.removeChild(list.firstChild); // replaceChildren is too young for old phones
    list.append(...kept.map((file) => row(paper, file)), ...running);
  }

  function row(paper, file) {
    const item = document.createElement("li");
    const words = document.createElement("span");
    const small = document.createElement("span");
    const remove = document.createElement("button");
    small.className = "small";
    small.textContent = file.size;
    words.append(file.name + " ", small);
    remove.className = "button";
    remove.name = "form-remove";
    remove.value = paper + "/" + file.sha256;
    remove.textContent = texts.remove;
    remove.setAttribute("aria-label", texts.remove + ": " + file.name);
    item.append(words, remove);
    return item;
  }

  function post(body, onProgress, done) {
    const request = new XMLHttpRequest();
    request.open("POST", quiet);
    request.timeout = 600000;
    request.upload.onprogress = onProgress;
    request.onloadend = () => {
      let said = null;
      try {
        said = JSON.parse(request.responseText);
      } catch (fault) {
        said = null; // the network, or a proxy's own page
      }
      done(request.status, said);
    };
    request.send(body);
  }

  function heard(status, said) {
    if (said && said.files) {
      showProgress(said.done, said.total);
      for (const paper of Object.keys(said.files)) showFiles(paper, said.files[paper]);
    }
    return status === 200 && said;
  }

  // One thing at a time, in order; what the network loses is tried again.
  function next() {
    if (busy || leaving) return;
    if (waiting.size) keep();
    else if (files.length) send(files[0]);
  }

  function later() {
    state.textContent = texts.offline;
    setTimeout(() => {
      busy = false;
      next();
    }, 4000);
  }

  function keep() {
    busy = true;
    const sent = new Map(waiting);
    const body = new URLSearchParams({ "form-token": token });
    sent.forEach((text, name) => body.append(name, text));
    state.textContent = texts.saving;
    post(body, null, (status, said) => {
      if (status === 0 || status === 429 || status >= 500) return later();
      sent.forEach((text, name) => {
        if (waiting.get(name) === text) waiting.delete(name);
      });
      if (heard(status, said)) {
        sent.forEach((text, name) => showFault(name, said.faults[name] || ""));
        state.textContent = Object.keys(said.faults).length ? texts.unsaved : texts.saved;
      } else {
        state.textContent = (said && said.error) || texts.unsaved;
      }
      busy = false;
      next();
    });
  }

  function send(one) {
    busy = true;
    const bar = one.row.querySelector("progress");
    const body = new FormData();
    body.append("form-token", token);
    body.append("file-" + one.paper, one.file);
    state.textContent = fill(texts.sending, { name: one.file.name });
    post(body, (event) => (bar.value = event.lengthComputable ? event.loaded / event.total : 0), (status, said) => {
      if (status === 0 || status === 429 || status === 503) return later();
      files.shift();
      one.row.remove();
      const fault = heard(status, said) ? said.faults[one.paper] : (said && said.error) || texts.unsaved;
      showFault(one.paper, fault || "");
      state.textContent = fault ? texts.unsaved : fill(texts.sent, { name: one.file.name });
      busy = false;
      next();
    });
  }

  function take(input) {
    const paper = input.name.slice("file-".length);
    for (const file of input.files) {
      if (file.size > limit) {
        showFault(paper, fill(texts.large, { name: file.name, limit: form.dataset.limit }));
        continue;
      }
      const item = document.createElement("li");
      const bar = document.createElement("progress");
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", file.name);
      item.append(file.name, bar);
      document.getElementById("l-" + paper).append(item);
      files.push({ paper: paper, file: file, row: item });
    }
    input.value = "";
    next();
  }

  form.addEventListener("change", (event) => {
    const input = event.target;
    if (input.name.startsWith("sheet-")) return; // sent with its own button: reading it takes seconds
    if (input.type === "file") return take(input);
    showWhatApplies();
    waiting.set(input.name, answer(input.name));
    next();
  });
  form.addEventListener("submit", (event) => {
    if (files.length) {
      event.preventDefault();
      state.textContent = texts.wait;
      return;
    }
    leaving = true; // the page itself keeps everything
  });
  addEventListener("online", next);
  addEventListener("pageshow", () => (leaving = false));
  addEventListener("beforeunload", (event) => {
    if (!leaving && (files.length || waiting.size)) event.preventDefault();
  });
  showWhatApplies();
  const errors = document.getElementById("errors");
  if (errors) errors.focus();
})();
