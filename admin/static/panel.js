/* Every page: the panel works without this file. What the inbox needs is in inbox.js. */
"use strict";

for (const here of document.querySelectorAll(".tabs [aria-current]")) here.scrollIntoView({ block: "nearest", inline: "center" });

/* A field that names a record offers those that fit what is typed, with or without diacritics. */
for (const field of document.querySelectorAll("[data-lookup]")) {
  field.addEventListener("input", async () => {
    const answer = await fetch(field.dataset.lookup + "?q=" + encodeURIComponent(field.value), { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { found } = await answer.json();
    field.list.replaceChildren(...found.map(({ name }) => Object.assign(document.createElement("option"), { value: name })));
  });
}

/* Any other form is sent once, and says so when the answer takes longer than a second. */
const busy = document.querySelector(".busy");
const wait = () => setTimeout(() => { if (busy) busy.textContent = busy.dataset.sentence; }, 1000);
for (const form of document.querySelectorAll("form[method=post]:not([data-key])")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    else wait();
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 5000);
  });
}
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
