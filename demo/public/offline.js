// Keeps all files of the page from its first visit on, so that it opens again without a network. With one,
// the newest files are shown: a new version is kept beside the old one, and takes its place when no page uses
// the old one any more.
const VERSION = "";
const FILES = []; // the build writes the files there are, and a hash of them
const PREFIX = "unrolled-demo-";
const CACHE = PREFIX + VERSION;

self.addEventListener("install", (event) =>
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
    })(),
  ),
);

self.addEventListener("activate", (event) =>
  event.waitUntil(
    (async () => {
      const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
      await Promise.all(old.map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  ),
);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(
    (async () => {
      try {
        return await fetch(request);
      } catch (error) {
        const kept = await (
          await caches.open(CACHE)
        ).match(request.mode === "navigate" ? "./" : request, { ignoreSearch: true });
        if (kept) return kept;
        throw error;
      }
    })(),
  );
});
