/**
 * The nets that read handwriting: their size, that they learn, and how far ahead they see; and error rates of
 * readings.
 */
import { afterAll, describe, expect, test } from "vitest";
import { network, sgd, type Network } from "../../src/index.ts";
import { alphabetOf, handwritingItem, type Script } from "../../src/handwriting/script.ts";
import { checkInkInput, inkFeatures, inkWidth, type InkInput } from "../../src/handwriting/input.ts";
import { drawnWords } from "../../src/handwriting/letters.ts";
import { handwritingLayers, handwritingNets, type HandwritingNet } from "../../src/handwriting/nets.ts";
import { readingErrors, worstFirst, type Reading } from "../../src/handwriting/reading.ts";
import { engine } from "../../src/wasm/engine.ts";
import { Random } from "../../src/wasm/random.ts";

const e = await engine("float32");
const inks = drawnWords(6, new Random(e, 3, 1));
const names = Object.keys(handwritingNets) as HandwritingNet[];
const nets: Network[] = [];
afterAll(() => nets.forEach((net) => net.dispose()));
/** The published lines have 80 characters; the input of the trained nets. */
const make = async (name: HandwritingNet, input: InkInput, classes: number): Promise<Network> => {
  const net = await network({
    input: inkWidth(input),
    layers: handwritingLayers(name, { classes, ahead: input.ahead }),
    loss: "ctc",
  });
  nets.push(net);
  return net;
};

describe.each(names)("%s", (name) => {
  test.each<InkInput["kind"]>(["pen", "image"])(
    "builds for the %s, keeps to the size of the published nets, and lowers the loss in one step",
    async (kind) => {
      const input: InkInput = {
        kind,
        size: 60,
        rows: 24,
        thin: 12,
        cell: 4,
        ahead: handwritingNets[name].ahead,
      };
      const script: Script = { input, alphabet: alphabetOf(inks) };
      if (name !== "live" && kind === "pen")
        expect((await make(name, input, 81)).size).toBeLessThanOrEqual(126_000);
      const net = await make(name, input, script.alphabet.length + 1);
      const items = inks.map((ink) => handwritingItem(ink, script));
      const before = (await net.evaluate(items)).loss;
      await net.fit(items, { steps: 1, batch: items.length, optimizer: sgd({ rate: 1e-3 }) });
      expect((await net.evaluate(items)).loss).toBeLessThan(before);
    },
  );
});

test("levels have the units that are asked for, and other numbers of levels are refused", () => {
  const counts = handwritingLayers("hierarchical", { classes: 5, units: [8, 80, 16] }).map((layer) => {
    if (layer.type === "bidirectional") return layer.layer.units;
    return layer.type === "dense" ? `dense ${layer.units}` : layer.type;
  });
  expect(counts).toEqual(["subsample", 8, "subsample", "dense 64", 80, "dense 80", 16, "dense 5"]);
  const none = handwritingLayers("live", { classes: 5 });
  expect(none).toEqual(handwritingLayers("live", { classes: 5, drop: 0, ahead: 0, units: [48, 72] }));
  expect(() => handwritingLayers("graves", { classes: 5, units: [8, 8] })).toThrow(
    "handwriting: the net graves is given units for 2 levels, want 1, as in [100]",
  );
  expect(() => handwritingLayers("optical", { classes: 5, units: [8, 0] })).toThrow(
    "handwriting: units is 0, want a whole number of at least 1",
  );
});

test(
  "the weights of the graves net begin as normal numbers of deviation 0.1, " + "biases and peepholes too",
  async () => {
    for (const { name, data } of (await make("graves", { kind: "pen" }, 81)).parameters) {
      if (name.endsWith(".state")) continue;
      const square = [...data].reduce((sum, v) => sum + v * v, 0) / data.length;
      // three deviations of the estimate
      expect(Math.sqrt(square), name).toBeGreaterThan(0.1 * (1 - 3 / Math.sqrt(2 * data.length)));
      expect(Math.sqrt(square), name).toBeLessThan(0.1 * (1 + 3 / Math.sqrt(2 * data.length)));
    }
  },
);

test(
  "what the live net says of step t, eight steps late, depends on the input at t + 8 and on none " +
    "behind it",
  async () => {
    const { ahead } = handwritingNets.live;
    const input: InkInput = { kind: "pen", size: 60, ahead };
    const net = await make("live", input, 10);
    expect(ahead).toBe(8);
    const { input: x } = inkFeatures(inks[0].points, input);
    const T = x.length / 4;
    const answer = (x: Float32Array, t: number): Float32Array =>
      net.predict([x])[0].slice((t + ahead) * 10, (t + ahead + 1) * 10) as Float32Array;
    const moved = (u: number): Float32Array => x.map((v, i) => (i === 4 * u ? v + 1 : v));
    for (const t of [0, 3, T - ahead - 2]) {
      expect(answer(moved(t + ahead), t)).not.toEqual(answer(x, t));
      expect(answer(moved(t + ahead + 1), t)).toEqual(answer(x, t));
    }
  },
);

test("ahead appends a pen at rest, or empty columns, and leaves the rest of the input as it was", () => {
  for (const kind of ["pen", "image"] as const) {
    const points = inks[1].points;
    const plain = inkFeatures(points, { kind, size: 60 });
    const longer = inkFeatures(points, { kind, size: 60, ahead: 3 });
    const n = plain.input.length;
    expect(longer.input.subarray(0, n)).toEqual(plain.input);
    expect([...longer.input.subarray(n)]).toEqual(
      kind === "image"
        ? new Array(3 * plain.width).fill(0)
        : [1, 2, 3].flatMap(() => [0, 0, 1, plain.input[n - 1]]),
    );
    expect([...longer.sources]).toEqual([
      ...plain.sources,
      ...[1, 2, 3].map(() => plain.sources[plain.sources.length - 1]),
    ]);
  }
  expect(() => checkInkInput("script", { kind: "pen", ahead: -1 })).toThrow("script: ahead is -1");
});

test("rates of readings without characters are 0 or Infinity, and such a line is among the worst", () => {
  const reading = (want: string, text: string, edits: number): Reading => ({
    ink: { id: want, text: want, points: new Float32Array(3) },
    text,
    edits,
  });
  expect(readingErrors([reading("", "", 0)])).toEqual({ labelError: 0, wordError: 0 });
  expect(readingErrors([reading("", "a", 1)])).toEqual({ labelError: Infinity, wordError: Infinity });
  expect(readingErrors([reading("", "a", 1), reading("ab cd", "ab c", 1)])).toEqual({
    labelError: 2 / 5,
    wordError: 1,
  });
  const lines = [
    reading("ab", "ab", 0),
    reading("", "x", 1),
    reading("abc", "b", 2),
    reading("", "", 0),
    reading("", "yy", 2),
    reading("😀😀", "😀", 1),
  ];
  expect(worstFirst(lines).map(({ text }) => text)).toEqual(["x", "yy", "b", "😀", "ab", ""]);
});
