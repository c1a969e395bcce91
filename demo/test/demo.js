/**
 * The built page in real browsers: a word drawn with the mouse is read, a character shows its ink, the
 * samples play, the second tab learns to add without stopping the page, fingers and keys work, a phone's
 * screen fits, nothing is asked of any other server, and after one visit nothing of its own either.
 *   node test/demo.js [chromium] [firefox] [webkit] [--shots DIR]
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { serve } from "../../test/browser/server.js";
import { checkLearning } from "./addition-checks.js";
import { checkAccess } from "./access-checks.js";
import { checkWritingByHand } from "./by-hand-checks.js";
import { checkFiles } from "./files-checks.js";
import { checkStart, checkReadings, checkTeaching, rested } from "./writing-checks.js";
import { open } from "../../test/browser/drive.js";
import { checkListening } from "./listening.js";
import { until as waitUntil } from "../../test/browser/until.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const args = process.argv.slice(2);
const at = args.indexOf("--shots");
const shots = at >= 0 ? args.splice(at, 2)[1] : undefined;
const names = args.length ? args : ["chromium", "firefox", "webkit"];
if (shots) mkdirSync(shots, { recursive: true });

/** The page's own samples: words drawn by the library. */
const source = ts.transpileModule(readFileSync(join(here, "../src/samples.ts"), "utf8"), {
  compilerOptions: { module: "esnext", target: "es2022" },
}).outputText;
const built = (file) => JSON.stringify(new URL(`../../dist/${file}`, import.meta.url).href);
const linked = source
  .replace('"unrolled"', built("index.js"))
  .replace('"unrolled/handwriting"', built("handwriting/index.js"));
const { samples } = await import(`data:text/javascript,${encodeURIComponent(linked)}`);

const start = () =>
  serve({
    folders: { "/": join(here, "../dist") },
    pages: { "/": readFileSync(join(here, "../dist/index.html"), "utf8") },
  });
const server = await start();
const answer = 'document.getElementById("answer").value';

/** A page in one browser, with screenshots, and a wait for what it should come to. */
async function visit(name) {
  const page = await open(name);
  const shot = async (what) => {
    if (shots) writeFileSync(join(shots, `${name}-${what}.png`), await page.screenshot());
  };
  const until = async (what, condition, seconds = 30) => {
    try {
      await waitUntil(page, what, condition, seconds);
    } catch (error) {
      await shot("failed");
      throw error;
    }
  };
  return { page, shot, until };
}

/** After one visit the page opens, reads and adds without its server. */
async function checkOffline(name) {
  const server = await start();
  const { page, shot, until } = await visit(name);
  try {
    await page.goto(`${server.url}/`);
    await page.evaluate("return navigator.serviceWorker.ready.then(() => 1)");
    await server.close();
    await page.goto(`${server.url}/`);
    await until("the net loads without a server", 'document.documentElement.dataset.ready === "writing"');
    await page.evaluate(
      'document.getElementById("samples").value = "0"; document.getElementById("replay").click(); return 1',
    );
    await until("a sample is read without a server", `${answer} === ${JSON.stringify(samples[0].word)}`, 20);
    await page.evaluate('document.getElementById("tab-addition").click(); return 1');
    await until("the second tab opens without a server", 'document.querySelector("#loss canvas")', 10);
    await page.evaluate('document.getElementById("learn").click(); return 1');
    await until(
      "its worker starts without a server",
      '/step/.test(document.getElementById("progress").textContent)',
      30,
    );
    await shot("offline");
    const caches = await page.evaluate("return caches.keys()");
    assert.deepEqual(
      [caches.length, /^unrolled-demo-[0-9a-f]{16}$/.test(caches[0])],
      [1, true],
      `caches: ${caches}`,
    );
    console.log(`${name}: opens without a server after one visit; ok`);
  } finally {
    await page.close();
    await server.close().catch(() => {});
  }
}

/** The strokes of the first sample, thinned, on the pad of a page. */
async function strokesOn(page) {
  const [left, top, , height] = await page.evaluate(
    'const b = document.getElementById("pad").getBoundingClientRect(); return [b.left, b.top, ' +
      "b.width, b.height]",
  );
  const scale = height / 400;
  const place = ([x, y]) => [left + 60 + x * scale, top + height * 0.42 + y * scale];
  return samples[0].strokes.map((stroke) =>
    stroke.filter((_, i) => i % 2 === 0 || i === stroke.length - 1).map(place),
  );
}

const play = (i) =>
  `document.getElementById("samples").value = "${i}"; ` +
  `document.getElementById("replay").click(); return 1`;

/** A word drawn with the mouse is read, and a character shows its ink; says how long the reading took. */
async function checkDrawing({ page, shot, until }) {
  const { word } = samples[0];
  for (const stroke of await strokesOn(page)) await page.draw(stroke);
  await until(`the drawn word "${word}" is read`, `${answer} === ${JSON.stringify(word)} && ${rested}`, 10);
  const timing = await page.evaluate('return document.getElementById("timing").textContent');
  const ms = Number(timing.match(/[\d.]+/)[0]);
  assert.ok(ms <= 100, `read in ${ms} ms, want at most 100`);
  await shot("word");

  await page.hover("#letters button:nth-child(2)");
  await until(
    "a character that is pointed at is chosen",
    'document.querySelector("#letters button:nth-child(2)").getAttribute("aria-pressed") === "true"',
    5,
  );
  assert.match(
    await page.evaluate('return document.getElementById("gradient-of").textContent'),
    new RegExp(`“${word[1]}”, chosen`),
  );
  await shot("character");
  return ms;
}

/** Every word is played and read; the line is `checkReadings`'s. */
async function checkSamples({ page, until }) {
  for (const [i, { word }] of samples.slice(0, -1).entries()) {
    await page.evaluate(play(i));
    await until(`the sample "${word}" is read`, `${answer} === ${JSON.stringify(word)}`, 20);
  }
  await page.evaluate('document.getElementById("clear").click(); return 1');
  await until("clearing clears", `${answer} === "…"`, 5);
}

/** Fingers write, and keys take back. */
async function checkFingersAndKeys({ page, until }) {
  const { word } = samples[0];
  await page.evaluate(
    'window.kind = ""; document.getElementById("pad").addEventListener("pointerdown", (event) => { ' +
      "window.kind = event.pointerType; }); return 1",
  );
  for (const stroke of await strokesOn(page)) await page.touch(stroke);
  await until("a word drawn by a finger is read", `${answer} === ${JSON.stringify(word)}`, 5);
  assert.equal(await page.evaluate("return window.kind"), "touch");
  const all = await page.evaluate('return Number(document.getElementById("answer").dataset.points)');
  await page.evaluate('document.getElementById("pad").focus(); return 1');
  await page.press("Backspace");
  await until(
    "Backspace on the pad takes the last stroke back",
    `Number(document.getElementById("answer").dataset.points) < ${all}`,
    5,
  );
  await page.press("Escape");
  await until("Escape on the pad clears it", `${answer} === "…"`, 5);
}

/** Arrow keys move between the tabs. */
async function checkTabs({ page }) {
  const tab =
    'document.activeElement.id + " " + document.activeElement.getAttribute("aria-selected") + " " ' +
    '+ [...document.querySelectorAll("main")].filter((m) => !m.hidden).map((m) => m.id)';
  await page.evaluate('document.getElementById("tab-writing").focus(); return 1');
  const seen = [];
  for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft", "ArrowRight", "ArrowRight", "ArrowRight"]) {
    await page.press(key);
    seen.push(await page.evaluate(`return ${tab}`));
  }
  assert.deepEqual(
    seen,
    ["addition", "listening", "addition", "listening", "writing", "addition"].map(
      (name) => `tab-${name} true ${name}`,
    ),
    "arrow keys on the tabs",
  );
}

/** Widths of a phone's screen; WebKit's window gets no narrower than the second. */
const PHONES = { chromium: 360, firefox: 360, webkit: 450 };

/** A phone's screen fits, and nothing came from another server. */
async function checkPhone(name, { page, shot, until }) {
  await page.resize(360, 740);
  for (const tab of ["addition", "listening", "writing"]) {
    await page.evaluate(`document.getElementById("tab-${tab}").click(); return 1`);
    const [wide, screen] = await page.evaluate(
      "return [document.documentElement.scrollWidth, window.innerWidth]",
    );
    assert.ok(screen <= PHONES[name], `${name}: a screen of ${screen} px is no phone's`);
    assert.ok(wide <= screen, `${tab}: ${wide} px wide on a phone's screen of ${screen}`);
    await shot(`${tab}-phone`);
  }
  await page.evaluate(play(0));
  await until("a phone's screen reads too", `${answer} === ${JSON.stringify(samples[0].word)}`, 20);
  await shot("phone");
  const foreign = await page.evaluate(
    `return performance.getEntriesByType("resource").map((e) => e.name).filter((name) => ` +
      "!name.startsWith(location.origin) && !/^(data|blob):/.test(name))",
  );
  assert.deepEqual(foreign, [], "files of other servers");
}

/** Checks the page in one browser. */
async function check(name) {
  const visitor = await visit(name);
  const { page, until } = visitor;
  try {
    await page.resize(1000, 900);
    await page.goto(`${server.url}/`);
    await until("the net loads", 'document.documentElement.dataset.ready === "writing"');
    await checkStart(visitor, samples);
    const ms = await checkDrawing(visitor);
    await checkSamples(visitor);
    await checkReadings(visitor, samples);
    await checkTeaching(visitor);
    await checkFiles(visitor, samples);
    await checkWritingByHand(visitor);
    await checkFingersAndKeys(visitor);
    await checkTabs(visitor);
    const worst = await checkLearning(visitor);
    await checkAccess(name, visitor);
    await checkPhone(name, visitor);
    console.log(
      `${name}: drawn "${samples[0].word}" read in ${ms} ms; ${samples.length} samples read; longest ` +
        `pause of the page while learning ${worst.toFixed(0)} ms; ok`,
    );
  } finally {
    await page.close();
  }
}

let failed = false;
for (const name of names) {
  try {
    await check(name);
    if (name === "chromium") {
      await checkOffline(name);
      await checkListening(server.url, shots);
    }
  } catch (error) {
    failed = true;
    console.error(`${name}: ${error.stack}`);
  }
}
await server.close();
process.exitCode = failed ? 1 : 0;
