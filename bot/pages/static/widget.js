/* A round button that opens the counter's chat on somebody else's page:
     <script src="https://counter.example/widget.js" async data-lang="vi" data-label="Hỏi Chi cục"></script>
   The server wraps this file as (function (TEXTS) { … })({vi: {open, close, title}, en: {…}}).
   It keeps out of the host's way: one element with a shadow root, no stylesheet and no style attribute
   (only CSSOM, which a strict style-src allows), nothing global, nothing fetched before the button is pressed. */
"use strict";

var script = document.currentScript || document.querySelector('script[src*="/widget.js"]');
if (!script || document.querySelector("[data-chuan-widget]")) return;

var language = script.getAttribute("data-lang") || (/^en/i.test(document.documentElement.lang) ? "en" : "vi");
if (!TEXTS[language]) language = "vi";
var words = TEXTS[language];
var label = script.getAttribute("data-label") || words.open;
var home = new URL("chat?lang=" + language, script.src);
var small = window.matchMedia("(max-width: 40rem), (max-height: 30rem)");
var dark = window.matchMedia("(prefers-color-scheme: dark)");
var SVG = "http://www.w3.org/2000/svg";

function make(tag, attributes, styles) {
  var element = document.createElement(tag);
  Object.keys(attributes).forEach(function (name) { element.setAttribute(name, attributes[name]); });
  Object.assign(element.style, styles);
  return element;
}

function icon(path) {
  var svg = document.createElementNS(SVG, "svg"), line = document.createElementNS(SVG, "path");
  var shape = { viewBox: "0 0 24 24", width: "28", height: "28", fill: "none", stroke: "currentColor", "stroke-width": "2", "stroke-linejoin": "round", "stroke-linecap": "round", "aria-hidden": "true" };
  Object.keys(shape).forEach(function (name) { svg.setAttribute(name, shape[name]); });
  line.setAttribute("d", path);
  svg.appendChild(line);
  return svg;
}

var font = '600 16px/1.3 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif';
var host = make("div", { "data-chuan-widget": "", lang: language }, { all: "initial" });
var root = host.attachShadow ? host.attachShadow({ mode: "closed" }) : host;
var button = make("button", { type: "button", "aria-expanded": "false", "aria-label": label, title: label }, {
  position: "fixed", right: "16px", bottom: "16px", zIndex: "2147483000", width: "56px", height: "56px", padding: "0", margin: "0",
  display: "flex", alignItems: "center", justifyContent: "center", border: "2px solid #fff", borderRadius: "50%",
  background: "#0b4f6c", color: "#fff", cursor: "pointer", boxShadow: "0 2px 10px rgba(0,0,0,.4)", outlineOffset: "3px",
});
var badge = make("span", { "aria-hidden": "true" }, {
  position: "absolute", top: "-6px", right: "-6px", minWidth: "22px", height: "22px", borderRadius: "11px", padding: "0 4px", boxSizing: "border-box",
  background: "#a3161a", color: "#fff", font: font, fontSize: "13px", lineHeight: "22px", textAlign: "center", display: "none",
});
var panel = null, frame = null, shut = null, opened = false, ready = false;
button.appendChild(icon("M4 5h16v11H9l-5 4z"));
button.appendChild(badge);
root.appendChild(button);

function build() {
  panel = make("div", { role: "dialog", "aria-label": words.title }, { position: "fixed", zIndex: "2147483001", flexDirection: "column", overflow: "hidden", boxSizing: "border-box" });
  var bar = make("div", {}, { flex: "none", display: "flex", alignItems: "center", justifyContent: "space-between", gap: "8px", paddingLeft: "14px", background: "#0b4f6c", color: "#fff", font: font });
  var name = make("a", { href: home.href, target: "_blank", rel: "noopener" }, { color: "#fff", font: font, padding: "12px 0" });
  name.textContent = words.title;
  shut = make("button", { type: "button", "aria-label": words.close, title: words.close }, { width: "48px", height: "48px", padding: "0", border: "0", background: "transparent", color: "#fff", cursor: "pointer", outlineOffset: "-4px" });
  shut.appendChild(icon("M6 6l12 12M18 6L6 18"));
  shut.addEventListener("click", close);
  frame = make("iframe", { src: home.href + "&embed=1", title: words.title, allow: "clipboard-write" }, { flex: "1", width: "100%", border: "0", background: dark.matches ? "#0f171d" : "#eef2f5" });
  frame.addEventListener("load", function () { // a browser shows its own error page where the chat may not be framed
    setTimeout(function () { if (!ready) useTab(); }, 1000);
  });
  bar.appendChild(name);
  bar.appendChild(shut);
  panel.appendChild(bar);
  panel.appendChild(frame);
  root.appendChild(panel);
}

function arrange() {
  var full = small.matches;
  Object.assign(panel.style, {
    display: opened ? "flex" : "none", left: full ? "0" : "auto", top: full ? "0" : "auto", right: full ? "0" : "16px", bottom: full ? "0" : "84px",
    width: full ? "100%" : "400px", height: full ? "100%" : "min(640px, calc(100vh - 100px))", borderRadius: full ? "0" : "14px",
    border: full ? "0" : "1px solid #4f5d69", boxShadow: full ? "none" : "0 6px 30px rgba(0,0,0,.4)",
  });
  button.style.visibility = opened && full ? "hidden" : "visible";
}

function tell(word) {
  if (ready) frame.contentWindow.postMessage({ chuan: word }, home.origin);
}

function open() {
  opened = true;
  if (!panel) build();
  arrange();
  button.setAttribute("aria-expanded", "true");
  shut.focus(); // until the chat is there and takes the focus
  frame.focus();
  tell("opened");
}

function close() {
  opened = false;
  arrange();
  button.setAttribute("aria-expanded", "false");
  tell("closed");
  button.focus();
}

function count(number) {
  badge.textContent = number > 99 ? "99+" : String(number);
  badge.style.display = number ? "block" : "none";
  button.setAttribute("aria-label", number ? label + " (" + number + ")" : label);
}

button.addEventListener("click", function () { if (opened) close(); else open(); });
host.addEventListener("keydown", function (event) { if (opened && event.key === "Escape") close(); });
small.addListener(function () { if (panel) arrange(); }); // addListener: also for browsers before 2020
window.addEventListener("message", function (event) {
  if (!frame || event.source !== frame.contentWindow || event.origin !== home.origin || !event.data) return;
  if (event.data.chuan === "ready") {
    ready = true;
    if (opened) tell("opened");
  }
  if (event.data.chuan === "close") close();
  if (event.data.chuan === "unread") count(Number(event.data.count) || 0);
});
document.addEventListener("securitypolicyviolation", function (event) { // the host forbids our frame: a tab of its own then
  if (opened && /^(frame|child|default)-src/.test(event.effectiveDirective || event.violatedDirective) && event.blockedURI.indexOf(home.origin) === 0) useTab();
});

function useTab() {
  if (opened) close();
  open = function () { window.open(home.href, "_blank", "noopener"); };
}

if (document.body) document.body.appendChild(host);
else document.addEventListener("DOMContentLoaded", function () { document.body.appendChild(host); });
