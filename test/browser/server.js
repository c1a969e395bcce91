/**
 * A static server on this machine for pages under test: a page says what it found by posting JSON to /result.
 */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/**
 * Serves `pages` (path → text) and below them the files of `folders` (URL prefix → folder), with `headers` on
 * every answer. `next()` resolves to the value of the next post to /result, and rejects after `patience`
 * milliseconds.
 */
export async function serve({ pages = {}, folders = {}, headers = {}, patience = 180_000 }) {
  const posts = [];
  const waiting = [];
  const deliver = (value) => {
    const resolve = waiting.shift();
    if (resolve) resolve(value);
    else posts.push(value);
  };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const send = (status, type, body) => {
      response.writeHead(status, { "content-type": type, "cache-control": "no-store", ...headers });
      response.end(body);
    };
    if (request.method === "POST" && path === "/result") {
      let text = "";
      request
        .setEncoding("utf8")
        .on("data", (part) => {
          text += part;
        })
        .on("end", () => {
          send(204, "text/plain");
          deliver(JSON.parse(text));
        });
      return;
    }
    if (path in pages) return send(200, types[extname(path)] ?? "text/html", pages[path]);
    for (const [prefix, folder] of Object.entries(folders)) {
      const file = path.startsWith(prefix) ? join(folder, normalize("/" + path.slice(prefix.length))) : "";
      if (!file || !existsSync(file) || !statSync(file).isFile()) continue;
      response.writeHead(200, {
        "content-type": types[extname(file)] ?? "application/octet-stream",
        "cache-control": "no-store",
        ...headers,
      });
      return void createReadStream(file).pipe(response);
    }
    send(404, "text/plain", `nothing at ${path}`);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    next: () =>
      posts.length
        ? Promise.resolve(posts.shift())
        : new Promise((resolve, reject) => {
            const timer = setTimeout(() => {
              waiting.splice(waiting.indexOf(take), 1);
              reject(new Error(`the page said nothing for ${patience / 1000} s`));
            }, patience);
            const take = (value) => {
              clearTimeout(timer);
              resolve(value);
            };
            waiting.push(take);
          }),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
