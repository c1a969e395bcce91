/** Every program of examples/ runs as it stands, on the built package, and shows what it promises. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const run = promisify(execFile);
const root = new URL("..", import.meta.url).pathname;

/** What each program prints. */
const facts: Record<string, RegExp> = {
  "add-binary-numbers.js": /wrong of 1000 sums of 64 digits: 0\nstates: 4, the lecture's automaton: true/,
  "alarms.js": /hour 300: 400, expected [56]\d: .*\nthe level changes at hour 45[01]\n/,
  "chaos.js": /40 steps ahead x is 5\.77, the system's 5\.93\n.*x1\[t-1\]·x2\[t-1\][^]*error 0\.0\d+/,
  "classify-gestures.js": /right on new recordings: (9[5-9]|100)%\n.*shake, and in truth shake/,
  "driven.js": /600 of 600 states are right; log-odds of leaving rise by [2-4]\.\d/,
  "durations.js": /59\d of 600 steps are in the right phase/,
  "echo-state.js": /84 steps ahead of its own: .*error 0\.0\d+/,
  "exchange-c.js": /constants: 3980 bytes, in 8 bits 1640\n/,
  "exchange-numpy.js": /series: float64 \[6,2\] ends in 121/,
  "exchange-onnx.js": /the same probabilities: true/,
  "exchange-pytorch-to-c.js": /constants: 3280 bytes\n.*the same outputs: true/,
  "exchange-pytorch.js": /the same outputs: true/,
  "exchange-tfjs.js": /twice the sum so far: 2 6 12 20/,
  "flow-of-the-nile.js": /1 years ahead: 1058 ± 297/,
  "follow-a-pendulum.js": /filtered 0\.0[1-5]\d, smoothed 0\.00\d\nin five steps between/,
  "forecast-a-series.js": /3\d of 36 values to come lie in the 95% band/,
  "forecast-components.js":
    /noise: 0\.\d+ to [01]\.\d+\nAIC [\d.]+, parts level, slope, seasonal\.12\n(9|1[0-2]) of 12[^]*e: true/,
  "forecast-distribution.js": /lie (7[5-9]|8[0-5])%[^]*drew itself \d+ go up, \d+ down, [0-2] elsewhere/,
  "forecast-sales.js": /north: .*; (9|10|11|12) of 12 months within the band/,
  "hear-words.js": /without texts; right: (9\d|100)%\n"no", said anew, is heard as "no"/,
  "hidden-states.js": /the die is guessed right in 7\d\.\d% of 2000 rolls/,
  "label-steps.js": /steps labeled right: 9\d%/,
  "learn-from-a-stream.js": /8000 steps: mean loss 0\.00/,
  "long-memory.js": /step 12: loss 0\.[01]/,
  "many-machines.js": /here: loss 0\.\d+ to 0\.\d+\nover machines: start a NATS server/,
  "many-workers.js": /the same bits with 1 and 2 workers: true/,
  "own-state-space.js": /walk is 0\.0[12]\d ± 0\.0\d\d, .*\nthe coefficient lies .* at 1[89]\d of 200 steps/,
  "read-handwriting.js": /\[ 'hello', 'the' \] sure to 0\.\d\d[^]*text: 'h'[^]*\nhello\n/,
  "read-ink.js": /label error on new hands: \d\.\d%/,
  "regress-speed.js": /mean error [0-3]\.\d of speeds from 20 to 79/,
  "save-and-resume.js": /stopped after 25 steps, \d+ bytes; the same bits at the end: true/,
  "small-bundle.js": /wrong of 1000 sums of 64 digits: 0/,
  "watch-a-sensor.js": /the most surprising reading is number 150, off by [01]\./,
  "words-that-follow.js": /1\.4\d equally likely words at each place, of 10/,
  "write-by-hand.js": /strokes, read as ".+"\nhands: \d+; an SVG path of \d+ characters/,
  "write-text.js": /the rain in \|spain stays mainly in the plain\./,
};

const programs = readdirSync(`${root}examples`).filter((name) => name.endsWith(".js"));

test("the package is built", () => expect(existsSync(`${root}dist/unrolled.js`)).toBe(true));

test("every program has a fact to show", () => {
  const shown = Object.keys(facts);
  expect(programs.filter((name) => !shown.includes(name))).toEqual([]);
  expect(shown.filter((name) => !programs.includes(name))).toEqual([]);
});

test("every page of a job runs one of the programs", () => {
  const pages = readdirSync(`${root}examples/jobs`).filter((name) => name.endsWith(".html"));
  expect(pages).toEqual([
    "classifier.html",
    "distribution.html",
    "exchange.html",
    "forecast.html",
    "labeler.html",
    "regressor.html",
  ]);
  for (const page of pages) {
    const text = readFileSync(`${root}examples/jobs/${page}`, "utf8");
    expect(programs).toContain(`${/data-program="([^"]+)"/.exec(text)![1]}.js`);
  }
});

describe("each program runs on public names alone", () => {
  test.each(Object.entries(facts))("%s", { timeout: 120_000 }, async (name, fact) => {
    const { stdout } = await run(process.execPath, [`examples/${name}`], { cwd: root });
    expect(stdout).toMatch(fact);
  });
});
