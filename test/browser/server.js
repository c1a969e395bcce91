/**
 * A static server on this machine for pages under test: a page says what it found by posting JSON to /result.
 */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** Posts in order, for readers that wait `patience` milliseconds for the next. */
function mailbox(patience) {
  const posts = [];
  const waiting = [];
  return {
    deliver(value) {
      const resolve = waiting.shift();
      if (resolve) resolve(value);
      else posts.push(value);
    },
    next() {
      if (posts.length) return Promise.resolve(posts.shift());
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(take), 1);
          reject(new Error(`the page said nothing for ${patience / 1000} s`));
        }, patience);
        const take = (value) => {
          clearTimeout(timer);
          resolve(value);
        };
        waiting.push(take);
      });
    },
  };
}

/** The text of a request's body. */
async function bodyOf(request) {
  request.setEncoding("utf8");
  let text = "";
  for await (const part of request) text += part;
  return text;
}

/** The file that a path names in one of the folders, if there is one. */
function fileOf(path, folders) {
  for (const [prefix, folder] of Object.entries(folders)) {
    if (!path.startsWith(prefix)) continue;
    const file = join(folder, normalize("/" + path.slice(prefix.length)));
    if (existsSync(file) && statSync(file).isFile()) return file;
  }
  return undefined;
}

/**
 * Serves `pages` (path → text) and below them the files of `folders` (URL prefix → folder), with `headers` on
 * every answer. `next()` resolves to the value of the next post to /result, and rejects after `patience`
 * milliseconds.
 */
export async function serve({ pages = {}, folders = {}, headers = {}, patience = 180_000 }) {
  const { deliver, next } = mailbox(patience);
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const start = (status, type) =>
      response.writeHead(status, { "content-type": type, "cache-control": "no-store", ...headers });
    if (request.method === "POST" && path === "/result") {
      const text = await bodyOf(request);
      start(204, "text/plain").end();
      return deliver(JSON.parse(text));
    }
    const type = types[extname(path)];
    if (path in pages) return start(200, type ?? "text/html").end(pages[path]);
    const file = fileOf(path, folders);
    if (!file) return start(404, "text/plain").end(`nothing at ${path}`);
    start(200, types[extname(file)] ?? "application/octet-stream");
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    next,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A server of the built library at /dist/, of an empty page, and of other pages. */
export const serveLibrary = (pages = {}) =>
  serve({
    folders: { "/dist/": fileURLToPath(new URL("../../dist/", import.meta.url)) },
    pages: { "/": "<!doctype html><title>unrolled</title>", ...pages },
  });
