/* Every page: the panel works without this file. What the inbox needs is in inbox.js. */
"use strict";

for (const here of document.querySelectorAll(".menu [aria-current], .tabs [aria-current]")) here.scrollIntoView({ block: "nearest", inline: "center" });

/* Any other form is sent once. */
for (const form of document.querySelectorAll("form[method=post]:not([data-key])")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 5000);
  });
}
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
