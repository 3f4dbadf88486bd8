// Lets a judge's page be loaded again without a network. The server is asked first, always; what it gave last is used only where
// it cannot be reached. Nothing of the API is kept here: marks and sheets are in the page's own store.

const CACHE = "pages-1";
const PAGES = ["/judge", "/timekeeper"];

const FILES = ["app.css", "icon.svg", "base.js", "exact.js", "outbox.js", "code.js", "qr.js", "phone.js", "judge.js", "timekeeper.js"];

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(Promise.all([...PAGES, ...FILES.map((name) => `/static/${name}`)].map(keep)));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  const ours = origin === self.location.origin && (PAGES.includes(pathname) || pathname.startsWith("/static/"));
  if (event.request.method === "GET" && ours) event.respondWith(fromServer(event.request, pathname));
});

async function keep(path) {
  const response = await fetch(path, { redirect: "manual" });
  if (response.ok) await (await caches.open(CACHE)).put(path, response);
}

async function fromServer(request, pathname) {
  const cache = await caches.open(CACHE);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 4000);
  try {
    const response = await fetch(request, { signal: stop.signal });
    if (response.ok && !response.redirected) await cache.put(pathname, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(pathname);
    if (kept) return kept;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
