/** What the second tab must do beside learning: refuse, stop, add and show what the net has become. */

import assert from "node:assert/strict";

/** A seed that is none is refused in words, and what learns can be stopped. */
async function checkSeedAndStop({ page, until }) {
  const says = (words) =>
    `document.getElementById("progress").textContent.includes(${JSON.stringify(words)})`;
  const learnFrom = (seed) =>
    page.evaluate(
      `document.getElementById("seed").value = "${seed}"; document.getElementById("learn").click(); return 1`,
    );
  for (const seed of ["-5", "1.5"]) {
    await learnFrom(seed);
    await until(`seed ${seed} is refused`, says("must be a whole number"), 5);
  }
  await learnFrom("1");
  await until("learning begins", says("step"), 30);
  await page.evaluate('document.getElementById("stop").click(); return 1');
  await until("learning stops", says("stopped"), 5);
}

/** The net that has learned adds two numbers, and is shown as an automaton. */
async function checkOwnNumbers({ page, until }) {
  await page.evaluate('document.getElementById("add").click(); return 1');
  await until(
    "1234567 and 7654321 are added",
    'document.getElementById("sum").textContent.includes("8888888")',
    5,
  );
  await until("the automaton is drawn", 'document.querySelector("#automaton svg")', 5);
  await until("it is proven", 'document.getElementById("proof").textContent.startsWith("Proven")', 5);
}

/**
 * Counts pauses of the main thread, and its tasks of 50 ms and more where the browser says them; starts
 * learning.
 */
const watchAndLearn = `
  window.worst = 0;
  window.tasks = [];
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    window.worst = Math.max(window.worst, now - last - 10);
    last = now;
  }, 10);
  const add = (list) => window.tasks.push(...list.getEntries().map((e) => e.duration));
  try { new PerformanceObserver(add).observe({ type: "longtask" }); } catch {}
  document.getElementById("learn").click();
  return 1`;

/** Share of the time of learning that long tasks of the page may take. */
const BUSY = 0.2;

/** The worker learns to add while the page goes on; says the page's pauses. */
export async function checkLearning({ page, shot, until }) {
  await until("the second tab is there", 'document.querySelector("#loss canvas")', 10);
  await checkSeedAndStop({ page, until });
  await page.evaluate(watchAndLearn);
  const start = performance.now();
  const isDone = 'document.getElementById("progress").dataset.done === "true"';
  await until("the worker learns to add", isDone, 120);
  const { worst, tasks } = await page.evaluate("return { worst: window.worst, tasks: window.tasks }");
  const learning = performance.now() - start;
  await checkOwnNumbers({ page, until });
  await shot("addition");
  // only Chromium says them; elsewhere the list is empty. A page that learns by itself is busy all the time
  const busy = tasks.filter((ms) => ms > 50).reduce((sum, ms) => sum + ms, 0);
  assert.ok(
    busy < BUSY * learning,
    `tasks of more than 50 ms take ${Math.round(busy)} ms of the page's ${Math.round(learning)} while its ` +
      "worker learns",
  );
  return worst;
}
