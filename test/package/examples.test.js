/** The pages of examples/ in a browser, on the package as users install it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { visit } from "../browser/browsers.js";
import { serve } from "../browser/server.js";
import { consumer, read, root } from "./consumer.js";

let fresh;
before(() => {
  fresh = consumer();
});
after(() => fresh?.remove());

/** In a page: reports what `find` returns, once it returns anything. */
const watcher = (find) => `<script type="module">
const find = ${find};
const report = (value) => fetch("/result", { method: "POST", body: JSON.stringify(value) });
addEventListener("error", (event) => report({ error: event.message }));
addEventListener("unhandledrejection", ({ reason }) => report({ error: String(reason?.stack ?? reason) }));
const timer = setInterval(() => {
  const value = find();
  if (value === undefined) return;
  clearInterval(timer);
  report(value);
}, 100);
</script>`;

/** What `find` finds in a page of examples/, run in Chromium. */
async function shown(name, find) {
  const html = read(root, "examples", name).replace("</body>", `${watcher(find)}</body>`);
  assert.match(html, /setInterval/);
  const server = await serve({
    pages: { [`/examples/${name}`]: html },
    folders: { "/examples/": join(root, "examples"), "/": fresh.folder },
  });
  try {
    return await visit("chromium", `${server.url}/examples/${name}`, server.next());
  } finally {
    await server.close();
  }
}

test("the page trains a net, and draws its loss", async () => {
  const found = await shown(
    "page/index.html",
    `() => {
      const [progress, figure] = ["progress", "figure"].map((id) => document.getElementById(id));
      return figure.firstElementChild
        ? { progress: progress.textContent, figure: figure.firstElementChild.localName }
        : undefined;
    }`,
  );
  assert.deepEqual(found, { progress: "500 steps; wrong of 100 sums of 64 digits: 0", figure: "svg" });
});

test("the worker trains a net, and its page shows the forecast", async () => {
  const text = await shown(
    "worker/index.html",
    `() => {
      const { textContent } = document.getElementById("progress");
      return /^(forecast|failed)/.test(textContent) ? textContent : undefined;
    }`,
  );
  const numbers = /^forecast of the next four: (.*)$/.exec(text)?.[1].split(", ").map(Number) ?? [];
  assert.equal(numbers.length, 4, text);
  numbers.forEach((y, t) => assert.ok(Math.abs(y - [0, 1, 0, -1][t]) < 0.2, text));
});

const jobs = {
  "classifier.html": "classify-gestures.js",
  "forecast.html": "forecast-a-series.js",
  "labeler.html": "label-steps.js",
  "regressor.html": "regress-speed.js",
};
for (const [page, program] of Object.entries(jobs))
  test(`${page} shows what ${program} prints in Node, number by number`, async () => {
    const { state, text } = await shown(
      `jobs/${page}`,
      `() => {
        const { dataset: { state }, textContent: text } = document.querySelector("output");
        return state && { state, text };
      }`,
    );
    assert.equal(state, "done", text);
    const printed = execFileSync(process.execPath, [`examples/${program}`], { cwd: root, encoding: "utf8" });
    assert.ok(printed.length > 20);
    assert.equal(text, printed);
  });

test("the library as one file trains in a page without an import map, with a worker of its own", async () => {
  const html = `<!doctype html><title>one file</title><body><output></output>
<script type="module">
import { adam, dense, lstm, network, nextStep } from "/node_modules/unrolled/dist/unrolled.min.js";
import { workerPool } from "/node_modules/unrolled/dist/unrolled.min.js";
const wave = Float32Array.from({ length: 40 }, (_, t) => [0, 1, 0, -1][t % 4]);
const train = async (pool) => {
  const net = await network({ input: 1, layers: [lstm(8), dense(1)], loss: "squared", seed: 1 });
  const options = { optimizer: adam({ rate: 0.05 }), steps: 60, batch: 1, shard: 1, pool };
  return (await net.fit(nextStep([wave]), options)).history.map(({ loss }) => loss);
};
const pool = workerPool({ workers: 1 });
const [here, there] = [await train(), await train(pool)];
pool.dispose();
const found = { last: here.at(-1), same: here.join() === there.join() };
document.querySelector("output").value = JSON.stringify(found);
</script>
${watcher('() => document.querySelector("output").value || undefined')}</body>`;
  const server = await serve({ pages: { "/one-file.html": html }, folders: { "/": fresh.folder } });
  try {
    const found = await visit("chromium", `${server.url}/one-file.html`, server.next());
    const { last, same } = JSON.parse(found);
    assert.ok(last < 0.05, `loss ${last}`);
    assert.equal(same, true);
  } finally {
    await server.close();
  }
});
