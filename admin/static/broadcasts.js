/* Broadcasts and message templates: places are put into the text, characters counted as the check will count them, more buttons. All of it
   works without this file. */
"use strict";

const texts = document.querySelector("[data-counting]");
const counting = JSON.parse(texts.dataset.counting);
const file = document.getElementById("file");
const removed = document.querySelector("[name=file_remove]");
const reader = new DOMParser();

/* Placeholders as long as they may become, tags away: UTF-16 units, as platforms count. */
const length = (typed) => {
  const filled = typed.replace(/\[\[|\]\]/g, "").replace(/\{\{\s*(.*?)\s*\}\}/g, (whole, name) => "x".repeat(counting.places[name] ?? whole.length));
  return typed.trim() ? reader.parseFromString(filled.trim(), "text/html").body.textContent.length + counting.room : 0;
};
const count = (area) => {
  const hasFile = file.files.length > 0 || ("hasFile" in file.dataset && !removed?.checked);
  const limit = hasFile ? counting.caption : counting.text;
  const number = length(area.value);
  const line = document.querySelector(`[data-count="${area.id}"]`);
  line.textContent = line.dataset.sentence.replace("##", limit).replace("#", number);
  line.classList.toggle("bad", number > limit);
};
const areas = texts.querySelectorAll("textarea");
const countAll = () => areas.forEach(count);
for (const area of areas) area.addEventListener("input", () => count(area));
for (const field of [file, removed]) field?.addEventListener("change", countAll);
countAll();

for (const group of document.querySelectorAll("[data-into]")) {
  const area = document.getElementById(group.dataset.into);
  group.hidden = false;
  group.addEventListener("click", (event) => {
    const code = event.target.closest("[data-insert]")?.dataset.insert;
    if (!code) return;
    area.focus();
    area.setRangeText(code, area.selectionStart, area.selectionEnd, "end");
    count(area);
  });
}

const rows = document.querySelector("[data-rows=buttons]");
const add = document.querySelector("[data-add=buttons]");
const show = (row) => {
  const kind = row.querySelector("[name=buttons_kind]").value;
  for (const field of row.querySelectorAll("[data-for]")) field.hidden = field.dataset.for !== kind;
};
const room = () => { add.hidden = rows.children.length >= Number(rows.dataset.most); };
rows.addEventListener("change", (event) => { if (event.target.name === "buttons_kind") show(event.target.closest(".row")); });
add.addEventListener("click", () => {
  const row = rows.lastElementChild.cloneNode(true);
  for (const field of row.querySelectorAll("input")) field.value = "";
  for (const field of row.querySelectorAll("select")) field.selectedIndex = 0;
  for (const fault of row.querySelectorAll(".bad")) fault.remove();
  rows.append(row);
  show(row);
  room();
  row.querySelector("select").focus();
});
for (const row of rows.children) show(row);
room();
