/**
 * The built site in real browsers: every page opens from any folder without a fault or a foreign request and
 * weighs at most 300 KB, on a phone's screen too; every live program comes to its result, in all browsers
 * the same; search and colors go by keyboard; the visitor's machine is measured; after one visit the site
 * needs no server.
 *   node site/test/site.js [chromium] [firefox] [webkit] [--quick] [--lecture] [--timed]
 *     [--shots DIR]
 * `--quick` opens a page of each kind and runs three programs, `--lecture` runs every experiment in its page,
 * `--timed` holds the first net to its seconds, on a machine that does nothing else.
 */
import assert from "node:assert/strict";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { open } from "../../test/browser/drive.js";
import { until } from "../../test/browser/until.js";
import { knobResults, liveResults, quickExperiments } from "./live-results.js";
import { checkKeyboard, checkKnobs, checkPerformance, checkSearch, runLive, visit } from "./operated.js";
import { dist, pagePaths, serveSite } from "./served.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean" },
    lecture: { type: "boolean" },
    timed: { type: "boolean" },
    shots: { type: "string" },
  },
});
const { quick, shots } = values;
const names = positionals.length ? positionals : ["chromium", "firefox", "webkit"];
const HEAVIEST = 300_000; // bytes before a program starts, as they come, uncompressed
const FIRST = 5; // seconds to a first trained net, where it is timed

/** A page of each kind. */
const kinds = [
  "index.html",
  "guides/classify.html",
  "guides/nets.html",
  "lecture/index.html",
  "lecture/7d-2.html",
  "reference/index.html",
  "reference/anomalies.html",
  "how-it-works.html",
  "performance.html",
  "coming-from.html",
  "404.html",
].filter((path) => pagePaths.includes(path));

const server = await serveSite();
let passed = 0;

/** Says that something holds. */
function holds(name, what) {
  ++passed;
  console.log(`✓ ${name}: ${what}`);
}

const faultsOf = (page) => page.evaluate("return globalThis.faults");

/** Bytes of the page and all that it asked for, and those asked of others. */
const weigh = (page) =>
  page.evaluate(`
    const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    return {
      asked: all
        .map(({ name }) => name.replace(/^.*?\\/some\\/where\\//, "").replace(/[?#].*/, ""))
        .filter((name) => name !== "notes.js"),
      foreign: all
        .map(({ name }) => name)
        .filter((name) => /^https?:/.test(name) && !name.startsWith(location.origin)),
      wide: document.documentElement.scrollWidth - innerWidth,
      cut: [...document.querySelectorAll("main pre")]
        .filter((block) => !block.closest("details") && block.scrollWidth > block.clientWidth + 1)
        .map(({ textContent }) => textContent.slice(0, 60)),
      lost: [...document.querySelectorAll(".side [aria-current]")].filter((link) => {
        const [{ top, bottom }, list] = [link, link.closest("ul")].map((e) => e.getBoundingClientRect());
        return top < list.top - 1 || bottom > list.bottom + 1;
      }).length,
    }`);

/** Pages without a fault; on a wide screen no code is cut, and the list beside a page shows where it is. */
async function checkPages(name, page, paths, { phone = false } = {}) {
  let heaviest = 0;
  for (const path of paths) {
    await visit(page, server.root + path);
    const { asked, foreign, wide, cut, lost } = await weigh(page);
    const bytes = asked.reduce((sum, file) => sum + statSync(join(dist, file || "index.html")).size, 0);
    assert.deepEqual(await faultsOf(page), [], `${name}, ${path}: faults`);
    assert.deepEqual(foreign, [], `${name}, ${path}: foreign requests`);
    assert.ok(wide <= 0, `${name}, ${path}: ${wide} px wider than the screen`);
    assert.equal(lost, 0, `${name}, ${path}: the list beside it does not show this page`);
    if (path.startsWith("reference/")) continue; // one long text, without a program
    if (!phone) assert.deepEqual(cut, [], `${name}, ${path}: code is cut`);
    assert.ok(bytes <= HEAVIEST, `${name}, ${path}: ${bytes} bytes, want ≤ ${HEAVIEST}`);
    heaviest = Math.max(heaviest, bytes);
  }
  holds(name, `${paths.length} pages without a fault; the heaviest ${Math.round(heaviest / 1000)} KB`);
}

/** Every program of a page comes to its result. */
async function checkLive(name, page, path) {
  await visit(page, server.root + path);
  const printed = [];
  for (const [i, wanted] of liveResults[path].entries()) {
    const found = await runLive(page, i, `${name}, ${path}`);
    assert.match(found.printed, wanted, `${name}, ${path}`);
    printed.push(found.printed);
  }
  assert.deepEqual(await faultsOf(page), [], `${name}, ${path}: faults`);
  return printed;
}

async function checkPrograms(name, page, known) {
  const paths = quick
    ? ["index.html", "guides/classify.html", "guides/cluster.html"]
    : Object.keys(liveResults);
  for (const path of paths) {
    const printed = await checkLive(name, page, path);
    known[path] ??= printed;
    assert.deepEqual(printed, known[path], `${name}, ${path}: not what the browser before printed`);
  }
  holds(name, `${paths.length} pages' programs come to their results`);
}

async function checkLecture(name, page) {
  const ids = values.lecture
    ? pagePaths.filter((path) => /^lecture\/7/.test(path)).map((path) => path.slice(8, -5))
    : quickExperiments;
  const unseen = [];
  for (const id of ids) {
    await visit(page, server.root + `lecture/${id}.html`);
    if (!(await page.evaluate('return Boolean(document.querySelector("[data-experiment]"))'))) continue;
    const from = Date.now();
    const { says, drawn } = await runLive(page, 0, `${name}, ${id}`);
    if (values.lecture) console.log(`  ${id}: ${says} (${Math.round((Date.now() - from) / 1000)} s)`);
    if (!says.startsWith("the claim is seen")) unseen.push(id);
    assert.ok(drawn > 0, `${name}, ${id}: no figure`);
  }
  assert.deepEqual(unseen, [], `${name}: claims not seen`);
  for (const [path, wanted] of Object.entries(knobResults)) {
    await visit(page, server.root + path);
    assert.match((await runLive(page, 1, `${name}, ${path}`)).printed, wanted, `${name}, ${path}`);
  }
  holds(name, `${ids.length} experiments and ${Object.keys(knobResults).length} programs with knobs`);
}

/** After one visit, and without its server, pages open and a program runs. */
async function checkOffline(name) {
  const own = await serveSite();
  const page = await open(name);
  try {
    await page.goto(own.root);
    const ready = "navigator.serviceWorker.ready.then(() => (globalThis.kept = true)), globalThis.kept";
    await until(page, "the site is kept", ready, 60);
    await until(page, "the worker serves", "navigator.serviceWorker.controller", 20);
    await own.close();
    await page.goto(`${own.root}guides/watch.html`);
    await until(page, "a page opens offline", 'document.querySelector("section.live button.run")', 20);
    const { printed } = await runLive(page, 0, `${name}, offline`);
    assert.match(printed, liveResults["guides/watch.html"][0]);
    holds(name, "after one visit a page opens and its program runs without a server");
  } finally {
    await page.close();
    await own.close().catch(() => {});
  }
}

/** The time from the page's load to a first trained net on the home page. */
async function checkFirstNet(name, page) {
  await visit(page, server.root + "index.html");
  await until(page, "the first net", 'document.querySelector("section.live").dataset.state === "done"', 30);
  const says = await page.evaluate('return document.querySelector("section.live .state").textContent');
  const seconds = Number(/in ([\d.]+) s/.exec(says)[1]);
  if (values.timed) assert.ok(seconds <= FIRST, `${name}: the first net after ${seconds} s, want ≤ ${FIRST}`);
  holds(name, `a first trained net ${seconds} s after the page has loaded`);
}

async function shoot(name, page) {
  mkdirSync(shots, { recursive: true });
  for (const [width, height, screen] of [
    [1280, 900, "wide"],
    [360, 740, "phone"],
  ]) {
    await page.resize(width, height);
    for (const path of kinds) {
      await visit(page, server.root + path);
      if (path === "index.html")
        await until(
          page,
          "the home's net",
          'document.querySelector("section.live").dataset.state === "done"',
          30,
        );
      writeFileSync(
        join(shots, `${name}-${screen}-${path.replaceAll("/", "-")}.png`),
        await page.screenshot(),
      );
    }
  }
}

async function checkAll(name, known) {
  const page = await open(name);
  try {
    await page.resize(1280, 900);
    if (shots) return await shoot(name, page);
    await checkFirstNet(name, page);
    await checkPages(name, page, quick ? kinds : pagePaths);
    await page.resize(360, 740);
    await checkPages(name, page, kinds, { phone: true });
    await page.resize(1280, 900);
    await checkPrograms(name, page, known);
    if (!quick) await checkLecture(name, page);
    holds(name, await checkKnobs(name, page, server.root));
    holds(name, await checkSearch(name, page, server.root));
    // WebKit's driver has no real keys
    if (name !== "webkit") holds(name, await checkKeyboard(name, page, server.root));
    holds(name, await checkPerformance(name, page, server.root, quick ? ["unrolled"] : undefined));
    assert.deepEqual(await faultsOf(page), [], `${name}: faults of what was operated last`);
  } finally {
    await page.close();
  }
  if (!shots) await checkOffline(name);
}

const known = {};
try {
  for (const name of names) await checkAll(name, known);
  console.log(`${passed} passed, 0 failed`);
} finally {
  await server.close();
}
