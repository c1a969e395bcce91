/** A writer moves a pen step by step as its whole net says, ends, learns, keeps a style, and refuses. */
import { expect, test } from "vitest";
import { handwritingReader, handwritingWriter } from "../../../src/handwriting/index.ts";
import { curveThrough } from "../../../src/handwriting/writer/curve.ts";
import { writerSpec } from "../../../src/handwriting/writer/net.ts";
import { Pen } from "../../../src/handwriting/writer/pen.ts";
import { corners } from "../../../src/handwriting/writer/steps.ts";
import { encodeWriting, runsOf, writerForm } from "../../../src/handwriting/writer/text.ts";
import { dense, network, rnn } from "../../../src/index.ts";
import { lossOf } from "../../../src/models/network/spec.ts";
import type { Drawing } from "../../../src/losses/loss.ts";
import { elementwise } from "../../../src/wasm/elementwise.ts";
import type { Engine } from "../../../src/wasm/engine.ts";
import { Random } from "../../../src/wasm/random.ts";

const alphabet = " ab";
const small = (): ReturnType<typeof network> =>
  network({ ...writerSpec({ alphabet, units: 8, components: 2 }), notes: { writer: { alphabet } } });
const drawing = (engine: Engine): Drawing => ({
  random: new Random(engine, 5, 1),
  exp: (x) => elementwise(engine, "mapExp", x),
  log: (x) => elementwise(engine, "mapLog", x),
});

test("every move is drawn from what the whole net says of the moves before, to the bit", async () => {
  using net = await small();
  const form = writerForm("test", net);
  const pen = new Pen(net, form);
  const { steps } = pen.write("ba", drawing(net.engine), 0.3);
  pen.dispose();
  expect(steps.length).toBeGreaterThan(3);
  const [y] = net.predict([steps.flat()], { initial: [encodeWriting("ba", form)] });
  const { draw } = lossOf(net.spec.loss);
  const O = y.length / steps.length;
  const again = drawing(net.engine);
  const redrawn = steps.slice(1).map((_, t) => draw!(y.slice(t * O, (t + 1) * O), again, 0.3));
  expect(redrawn).toEqual(steps.slice(1));
});

test("an untrained writer ends, and writes alike from one seed and differently from two", async () => {
  const untrained = await small();
  using writer = await handwritingWriter.load(untrained.save());
  untrained.dispose();
  const [one, again, other] = await Promise.all([3, 3, 4].map((seed) => writer.write("ab a\nb", { seed })));
  expect(one).toEqual(again);
  expect(one).not.toEqual(other);
  expect(one.flat().every((place) => Object.values(place).every(Number.isFinite))).toBe(true);
  using saved = await handwritingWriter.load(writer.save());
  expect(await saved.write("ab a\nb", { seed: 3 })).toEqual(one);
  using packed = await handwritingWriter({ model: writer.save({ weights: "int8" }) });
  expect(packed.characters).toBe(alphabet);
});

test("a writer learns a hand: its words become likelier", async () => {
  const untrained = await small();
  using writer = await handwritingWriter.load(untrained.save());
  untrained.dispose();
  // a: a flat wave; b: an upright one
  const letter = { a: [9, 3], b: [3, 9] };
  const items = ["ab", "ba", "aa", "bb"].map((text) => ({
    text,
    strokes: [...text].map((c, i) => {
      const [w, h] = letter[c as "a" | "b"];
      return Array.from({ length: 6 }, (_, j): [number, number] => [12 * i + (w * j) / 5, j % 2 ? h : 0]);
    }),
  }));
  const { history } = await writer.fit(items, { epochs: 60, rate: 0.01 });
  expect(history.at(-1)!.loss).toBeLessThan(history[0].loss - 1);
  expect(await writer.write("ab", { style: items[0], bias: 1 })).not.toEqual([]);
});

test("what is no text, style or net of a writer is refused by name", async () => {
  const untrained = await small();
  using writer = await handwritingWriter.load(untrained.save());
  untrained.dispose();
  await expect(writer.write("abc")).rejects.toThrow('handwritingWriter.write: text has "c", want');
  const strange = { strokes: [[[0, 0] as const, [1, 1] as const]], text: "b5a7" };
  await expect(writer.write("a", { style: strange })).rejects.toThrow(
    'handwritingWriter.write: style: item 0: text has "57", want characters of',
  );
  await expect(writer.fit([strange])).rejects.toThrow('handwritingWriter.fit: item 0: text has "57", want');
  await expect(writer.write(" ")).rejects.toThrow("want some characters");
  await expect(writer.write("a", { style: "nobody" })).rejects.toThrow("style");
  await expect(writer.write("a", { bias: -1 })).rejects.toThrow("bias");
  const long = {
    text: "ab".repeat(8),
    strokes: [
      [
        [0, 0],
        [5, 9],
      ],
    ] as [number, number][][],
  };
  await expect(writer.write("a", { style: long })).rejects.toThrow(
    "style has 16 characters, want at most 14",
  );
  using other = await network({ input: 3, layers: [rnn(3), dense(3)], loss: "squared" });
  await expect(handwritingWriter.load(other.save())).rejects.toThrow("the net does not write");
});

test("corners keep a line within their distance, and a curve goes through its corners", () => {
  const wave = Float32Array.from({ length: 300 }, (_, i) => [i / 3, 20 * Math.sin(i / 36), 0][i % 3]);
  wave[299] = 1;
  const kept = corners(wave, 2);
  expect(kept.length / 3).toBeLessThan(25);
  const places = Array.from({ length: kept.length / 3 }, (_, i) => [kept[3 * i], kept[3 * i + 1]] as const);
  const curve = curveThrough(places);
  for (const place of places) expect(curve).toContainEqual(place);
  expect(corners(Float32Array.of(0, 0, 0, 5, 0, 0, 9, 0, 1), 1)).toEqual(Float32Array.of(0, 0, 0, 9, 0, 1));
  expect(runsOf("to  internationalization").map(({ text }) => text)).toEqual([
    "to",
    "internatio",
    "nalization",
  ]);
});

test("the shipped reader reads what the shipped writer writes", async () => {
  using writer = await handwritingWriter();
  using reader = await handwritingReader();
  const words = ["over", "dog", "world", "paper", "garden", "station"];
  const items = await Promise.all(
    words.map(async (text, seed) => ({ text, strokes: await writer.write(text, { seed, bias: 2 }) })),
  );
  // 0.15 over 48 words, where the words of the hands themselves have 0.02
  expect((await reader.evaluate(items)).labelError).toBeLessThan(0.4);
  expect(writer.styles.length).toBeGreaterThan(3);
  const [one, other] = await Promise.all(
    writer.styles.slice(0, 2).map((style) => writer.write("hand", { style, bias: 2 })),
  );
  expect(one).not.toEqual(other);
});
