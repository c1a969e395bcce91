/**
 * The display of a run's progress: a row for terminals, lines elsewhere, JSON; each tells the time that is
 * left.
 */
import { expect, test } from "vitest";
import { Progress, timeText, type ProgressOptions } from "../../src/cli/progress.ts";
import { Screen } from "../../src/cli/screen.ts";

/**
 * A run at so many steps a second by a clock of its own: what was written after each second, and what came at
 * its end.
 */
function shown(
  how: "terminal" | "plain" | "json",
  options: Partial<ProgressOptions> = {},
  { rate = 10, seconds = 6 } = {},
): string[] {
  let now = 0;
  let text = "";
  const sink = {
    write: (s: string) => {
      text += s;
    },
    isTTY: how === "terminal",
    columns: 100,
  };
  const progress = new Progress(
    new Screen({ out: sink, err: sink, json: how === "json", clock: () => now }),
    { title: "training", steps: 100, ...options },
  );
  for (let s = 1; s <= seconds; ++s) {
    now = 1000 * s;
    progress.update((options.from ?? 0) + rate * s, { loss: 0.5 });
  }
  progress.end({ loss: 0.5 });
  return text
    .split(/[\r\n]/)
    .map((line) => line.replaceAll("\u001b[K", "").trimEnd())
    .filter(Boolean);
}

test("a terminal's row and a plain line tell what is left, and at the end what it took", () => {
  expect(shown("terminal").map((row) => row.replace(/[█▏▎▍▌▋▊▉·]+/, "#"))).toEqual([
    "training  #  10%  loss 0.5  10.0 steps/s  9.0 s left",
    "training  #  20%  loss 0.5  10.0 steps/s  8.0 s left",
    "training  #  30%  loss 0.5  10.0 steps/s  7.0 s left",
    "training  #  40%  loss 0.5  10.0 steps/s  6.0 s left",
    "training  #  50%  loss 0.5  10.0 steps/s  5.0 s left",
    "training  #  60%  loss 0.5  10.0 steps/s  4.0 s left",
    "training  #  60%  loss 0.5  10.0 steps/s  6.0 s in all",
  ]);
  expect(shown("plain")).toEqual([
    // one every two seconds
    "training: 10 of 100 steps  loss 0.5  10.0 steps/s  1.0 s  9.0 s left",
    "training: 30 of 100 steps  loss 0.5  10.0 steps/s  3.0 s  7.0 s left",
    "training: 50 of 100 steps  loss 0.5  10.0 steps/s  5.0 s  5.0 s left",
    "training: 60 of 100 steps  loss 0.5  10.0 steps/s  6.0 s in all",
  ]);
});

test(
  "JSON has the seconds left: null while there is no rate, 0 at the end and beyond the expected " + "steps",
  () => {
    const left = (options?: Partial<ProgressOptions>, pace?: Parameters<typeof shown>[2]): unknown[] =>
      shown("json", options, pace).map((line) => (JSON.parse(line) as { left: unknown }).left);
    expect(left()).toEqual([9, 8, 7, 6, 5, 4, 0]);
    expect(left({}, { rate: 0, seconds: 2 })).toEqual([null, null, 0]);
    expect(left({ steps: 20 }, { seconds: 4 })).toEqual([1, 0, 0, 0, 0]);
    expect(JSON.parse(shown("json")[0])).toEqual({
      event: "progress",
      title: "training",
      step: 10,
      steps: 100,
      loss: 0.5,
      rate: 10,
      seconds: 1,
      left: 9,
    });
  },
);

test(
  "a limit of time counts where it ends the run first, and a run that goes on is timed from where " +
    "it began",
  () => {
    expect(shown("plain", { seconds: 4 }, { seconds: 5 }).map((line) => line.split("  ").at(-1))).toEqual([
      "3.0 s left",
      "1.0 s left",
      "0.0 s left",
      "5.0 s in all",
    ]);
    expect(shown("plain", { from: 40 }, { seconds: 1 })[0]).toBe(
      "training: 50 of 100 steps  loss 0.5  10.0 steps/s  1.0 s  5.0 s left",
    );
  },
);

test("times read as people say them", () => {
  expect([0, 9.94, 9.96, 59.4, 59.6, 3599, 3600, 5025, Infinity, NaN].map(timeText)).toEqual([
    "0.0 s",
    "9.9 s",
    "10 s",
    "59 s",
    "1:00",
    "59:59",
    "1:00:00",
    "1:23:45",
    "?",
    "?",
  ]);
});
