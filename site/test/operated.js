/** Pages of the site as a visitor operates them: programs run, knobs turned, stopped; search and colors. */
import assert from "node:assert/strict";
import { until } from "../../test/browser/until.js";

const PATIENCE = 120; // seconds a program

/** Opens a page and waits until its script has run. */
export async function visit(page, address) {
  await page.goto(address);
  await until(page, address, 'document.readyState === "complete"', 20);
}

/** Runs the i-th live section of the page that is open; what it printed. */
export async function runLive(page, i, what) {
  const section = `document.querySelectorAll("section.live")[${i}]`;
  await page.evaluate(`${section}.querySelector("button.run")?.click(); return 1`);
  await until(page, what, `["done", "failed"].includes(${section}.dataset.state)`, PATIENCE);
  const found = await page.evaluate(`const s = ${section}; return {
    state: s.dataset.state,
    says: s.querySelector(".state").textContent,
    printed: s.querySelector(".printed").textContent,
    drawn: s.querySelectorAll(".figure svg").length,
  }`);
  assert.equal(found.state, "done", `${what}: ${found.says}`);
  return found;
}

/** Knobs that mean nothing start nothing and say why; a run is stopped at once, and runs again. */
export async function checkKnobs(name, page, root) {
  await visit(page, `${root}lecture/7d-2.html`);
  const section = 'document.querySelector("[data-experiment]")';
  const click = (button) => page.evaluate(`${section}.querySelector("${button}").click(); return 1`);
  for (const senseless of ["-5", "1.5", "", "1e30"]) {
    const says = await page.evaluate(`const field = ${section}.querySelector("input[name=seed]");
      field.value = "${senseless}";
      return field.validationMessage`);
    assert.ok(says, `${name}: a seed of "${senseless}" is not refused`);
    await click(".run");
    const state = await page.evaluate(`return ${section}.dataset.state ?? "still"`);
    assert.equal(state, "still", `${name}: a seed of "${senseless}" starts`);
  }
  await page.evaluate(`${section}.querySelector("input[name=seed]").value = "4"; return 1`);
  await click(".run");
  await click(".stop");
  assert.equal(await page.evaluate(`return ${section}.querySelector(".state").textContent`), "stopped");
  assert.match((await runLive(page, 0, `${name}, again`)).says, /^the claim is seen/);
  return "senseless knobs start nothing, a run stops, and runs again";
}

const key = (page, key) =>
  page.evaluate(
    `document.dispatchEvent(
      new KeyboardEvent("keydown", { key: "${key}", bubbles: true, cancelable: true }),
    ); return 1`,
  );

/** The search answers by keyboard, and colors that were chosen stay. */
export async function checkSearch(name, page, root) {
  await visit(page, `${root}guides/nets.html`);
  await key(page, "/");
  await until(page, "the search opens", 'document.querySelector("dialog.search[open] input")', 10);
  await page.evaluate(
    `const field = document.querySelector("dialog.search input");
    field.value = "viterbi";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return 1`,
  );
  await until(page, "answers come", 'document.querySelectorAll("dialog.search li a").length > 0', 10);
  await page.evaluate('document.querySelector("dialog.search form").requestSubmit(); return 1');
  await until(
    page,
    "the first answer opens",
    '!location.pathname.endsWith("guides/nets.html") || location.hash',
    10,
  );
  await visit(page, `${root}guides/nets.html`);
  await page.evaluate(
    'document.getElementById("theme").click(); document.getElementById("theme").click(); return 1',
  );
  await visit(page, `${root}how-it-works.html`);
  const dark = "getComputedStyle(document.body).backgroundColor";
  assert.equal(await page.evaluate(`return ${dark}`), "rgb(20, 24, 29)", `${name}: the chosen colors stay`);
  await page.evaluate("localStorage.clear(); return 1");
  return "search answers, and dark colors stay";
}

/** By real keys alone: past the header to the content, and on to a program, which runs. */
export async function checkKeyboard(name, page, root) {
  await visit(page, `${root}guides/classify.html`);
  const focused = () =>
    page.evaluate(`const e = document.activeElement;
      return { what: e.className || e.id || e.localName, outline: getComputedStyle(e).outlineStyle }`);
  await page.press("Tab");
  assert.equal((await focused()).what, "skip", `${name}: the first stop goes to the content`);
  await page.press("Enter");
  let stop = await focused();
  assert.equal(stop.what, "main", `${name}: the content has the keys`);
  for (let stops = 0; stop.what !== "run" && stops < 20; ++stops) {
    await page.press("Tab");
    stop = await focused();
    assert.notEqual(stop.outline, "none", `${name}: nobody sees that ${stop.what} has the keys`);
  }
  assert.equal(stop.what, "run", `${name}: no way to the button by keys`);
  await page.press("Enter");
  assert.equal(await page.evaluate('return document.querySelector("section.live").dataset.state'), "running");
  return "keys alone go to the content, and start a program";
}

/** What stands in the cells of a library on the page of measurements, and which of its files were fetched. */
const measuredCells = (page, library) =>
  page.evaluate(`return {
    cells: [...document.querySelectorAll('#machine td[data-cell^="${library} "]')]
      .map((cell) => Number(cell.textContent)),
    fetched: performance.getEntriesByType("resource")
      .filter(({ name }) => name.includes("measure-${library}")).length,
    says: document.getElementById("measuring").textContent,
  }`);

/** The visitor's machine is measured; the other library comes from here when it is asked for, not before. */
export async function checkPerformance(name, page, root, libraries = ["unrolled", "tfjs"]) {
  await visit(page, `${root}performance.html`);
  const place = 'document.getElementById("measuring")';
  for (const library of libraries) {
    const before = await measuredCells(page, library);
    assert.deepEqual(
      before.cells,
      [0, 0, 0, 0, 0],
      `${name}: ${library} is measured before it was asked for`,
    );
    assert.equal(before.fetched, 0, `${name}: ${library} is fetched before it was asked for`);
    const button = `document.querySelector('button[data-library="${library}"]')`;
    await until(page, `${library} may be asked for`, `!${button}.disabled`, 20);
    await page.evaluate(`${button}.click(); return 1`);
    await until(page, `${library} is measured`, `${place}.dataset.state`, 240);
    const { cells, fetched, says } = await measuredCells(page, library);
    assert.equal(says, "measured", `${name}, ${library}`);
    assert.equal(fetched, 1, `${name}: ${library} comes from elsewhere`);
    assert.ok(
      cells.every((ms) => ms > 0),
      `${name}: ${library} took ${cells.join(", ")} ms`,
    );
    console.log(`  ${name}, ${library}: ${cells.join(", ")} ms`);
  }
  if (libraries.length === 1) return "this machine is measured";
  const { cells } = await measuredCells(page, "ratio");
  assert.ok(
    cells.every((ratio) => ratio > 0),
    `${name}: ratios ${cells.join(", ")}`,
  );
  return "this machine is measured, and tfjs-wasm beside it when asked";
}
