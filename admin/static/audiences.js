/* Audiences: the count follows what is chosen, long lists get a field that makes them shorter. The form works without this file. */
"use strict";

const plainly = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();

/* A long list: words typed above it hide what does not hold them; what is ticked stays in sight. */
const shorten = (list) => {
  const [line, number] = [list.querySelector("[data-narrow]"), list.querySelector("[data-number]")];
  const [field, said] = [line.querySelector("input"), line.querySelector("[role=status]")];
  const boxes = [...list.querySelectorAll(".tick")].map((label) => [label, label.querySelector("input"), plainly(label.textContent)]);
  const look = () => {
    const sought = plainly(field.value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const [label, box, text] of boxes) {
      const holds = sought.every((word) => text.includes(word));
      found += holds;
      label.hidden = !holds && !box.checked;
    }
    said.textContent = found ? "" : said.dataset.none;
  };
  const count = () => {
    const ticked = boxes.filter(([, box]) => box.checked).length;
    number.textContent = ticked;
    number.hidden = !ticked;
  };
  line.hidden = false;
  field.addEventListener("input", (event) => { event.stopPropagation(); look(); });
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  list.addEventListener("change", (event) => { if (event.target !== field) count(); });
};

for (const part of document.querySelectorAll("[data-audience]")) {
  const form = part.closest("form");
  const reach = part.querySelector("[data-reach]");
  const filters = part.querySelector("[data-filters]");
  const tally = part.querySelector("[data-tally]"); // stays in sight while one ticks; who listens hears the whole count
  const asked = () => {
    const sent = new URLSearchParams({ part: "yes" });
    for (const [name, value] of new FormData(form))
      if (typeof value === "string" && (name.startsWith("audience-") || ["csrf_token", "topic", "urgent_reason"].includes(name))) sent.append(name, value);
    return sent;
  };
  const fetched = async (url, signal) => {
    const answer = await fetch(url, { method: "POST", body: asked(), signal });
    if (answer.redirected || !(answer.ok || answer.status === 422)) throw new Error(String(answer.status));
    return new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes;
  };

  let running = null;
  const count = async () => {
    running?.abort();
    running = new AbortController();
    reach.setAttribute("aria-busy", "true");
    try {
      const found = await fetched(part.dataset.count, running.signal);
      const isOpen = reach.querySelector("[data-sample]")?.open;
      reach.replaceChildren(...found);
      if (isOpen) reach.querySelector("[data-sample]")?.setAttribute("open", "");
      reach.removeAttribute("aria-busy");
      tally.textContent = reach.querySelector("[data-said]")?.textContent ?? "";
      tally.hidden = !tally.textContent;
    } catch (fault) {
      if (fault.name === "AbortError") return;
      reach.removeAttribute("aria-busy");
      reach.replaceChildren(Object.assign(document.createElement("p"), { className: "bad", textContent: part.dataset.failed }));
    }
  };
  let waiting = 0;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(count, 400); };

  const prepare = () => { for (const list of filters.querySelectorAll("[data-choose]")) shorten(list); };
  const counts = (field) => (field.name?.startsWith("audience-") && !["audience-saved", "audience-name"].includes(field.name)) || ["topic", "urgent_reason"].includes(field.name);
  form.addEventListener("input", (event) => { if (counts(event.target)) soon(); });

  const again = part.querySelector("[data-again]");
  again.type = "button";
  again.addEventListener("click", count);
  const use = part.querySelector("[name=audience-use]");
  if (use) {
    use.type = "button";
    use.addEventListener("click", async () => {
      if (!part.querySelector("[name=audience-saved]").value) return;
      try {
        filters.replaceChildren(...await fetched(part.dataset.fields));
        prepare();
        count();
      } catch {
        reach.replaceChildren(Object.assign(document.createElement("p"), { className: "bad", textContent: part.dataset.failed }));
      }
    });
  }
  const keep = part.querySelector("[data-keep]");
  if (keep) {
    const [name, said] = [part.querySelector("[name=audience-name]"), part.querySelector("[data-kept]")];
    const save = async () => {
      try {
        const answer = await fetch(keep.formAction, { method: "POST", body: asked() });
        const { said: sentence } = await answer.json();
        said.className = answer.ok ? "" : "bad";
        said.textContent = sentence;
      } catch {
        Object.assign(said, { className: "bad", textContent: part.dataset.failed });
      }
    };
    keep.type = "button";
    keep.addEventListener("click", save);
    name.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); save(); } });
  }
  prepare();
  count();
}
