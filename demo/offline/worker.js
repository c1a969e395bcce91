// Keeps all files of a built folder from the first visit on, so that it opens again without a network. With
// one, the newest files are shown: a new version is kept beside the old one, and takes its place when no page
// uses the old one any more. What the build left out is kept once it was asked for.
const NAME = "";
const VERSION = "";
const FILES = []; // the build writes the files there are, and a hash of them
const PREFIX = `unrolled-${NAME}-`;
const CACHE = PREFIX + VERSION;

self.addEventListener("install", (event) =>
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      await cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })));
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

/** What was kept for an address: a folder and its index.html are one. */
async function kept(request) {
  const cache = await caches.open(CACHE);
  const { pathname } = new URL(request.url);
  const same = pathname.endsWith("/") ? `${pathname}index.html` : pathname.replace(/index\.html$/, "");
  return (
    (await cache.match(request, { ignoreSearch: true })) ?? (await cache.match(same, { ignoreSearch: true }))
  );
}

/** The answer of the network; a file that the build left out is kept. */
async function fetched(request) {
  const response = await fetch(request);
  if (response.ok && response.type === "basic" && !(await kept(request))) {
    const copy = response.clone();
    await (await caches.open(CACHE)).put(request, copy);
  }
  return response;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(
    fetched(request).catch(async (error) => {
      const answer = await kept(request);
      if (answer) return answer;
      throw error;
    }),
  );
});
