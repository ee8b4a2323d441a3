/* Keeps the page of the door and what it is made of, so that a phone that lost its network can open it again. Never the list of people:
   that, the page keeps itself. */
"use strict";
const KEPT = "door-1";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  const isPage = request.mode === "navigate";
  const isPart = address.pathname.startsWith("/static/");
  if (request.method !== "GET" || address.origin !== location.origin || !(isPage || isPart)) return;
  event.respondWith((async () => {
    const kept = await caches.open(KEPT);
    try {
      const answer = await fetch(request);
      if (answer.ok && !answer.redirected) await kept.put(request, answer.clone());
      return answer;
    } catch (lost) {
      const answer = await kept.match(request);
      if (answer) return answer;
      throw lost;
    }
  })());
});
