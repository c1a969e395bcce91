/** The reader as applications use it, with the net that is shipped. */
import { afterAll, describe, expect, test } from "vitest";
import { handwritingReader } from "../../../src/handwriting/reader/reader.ts";
import type { PenStroke, ReadText } from "../../../src/handwriting/reader/spec.ts";
import { DataError, DisposedError, OptionError } from "../../../src/wasm/errors.ts";
import { wordStrokes } from "./ink.ts";

const reader = await handwritingReader();
afterAll(() => reader.dispose());

const hello = wordStrokes("hello");
const [best] = await reader.read(hello);

/** The points of each stroke that no character has, or two have. */
function unclaimed(strokes: readonly PenStroke[], { characters }: ReadText): number[] {
  return strokes.map((stroke, s) => {
    const claims = stroke.map(() => 0);
    for (const { strokes: parts } of characters)
      for (const [at, from, to] of parts) if (at === s) for (let i = from; i < to; ++i) ++claims[i];
    return claims.filter((count) => count !== 1).length;
  });
}

describe("a reading", () => {
  test("says a drawn word, character by character, and every point belongs to one of them", () => {
    expect(best.text).toBe("hello");
    expect(best.characters.map(({ text }) => text).join("")).toBe(best.text);
    expect(unclaimed(hello, best)).toEqual(hello.map(() => 0));
    for (const { confidence } of [best, ...best.characters]) {
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });

  test("takes points as objects, and any unit and place", async () => {
    const far = hello.map((stroke) =>
      stroke.map((point) => {
        const [x, y] = point as [number, number];
        return { x: 1000 + x / 8, y: y / 8 - 50 };
      }),
    );
    expect((await reader.read(far))[0].text).toBe(best.text);
  });

  test("has alternatives, the likeliest first, all different", async () => {
    const all = await reader.read(hello, { alternatives: 5 });
    expect(all[0]).toEqual(best);
    expect(new Set(all.map(({ text }) => text)).size).toBe(5);
    all.slice(1).forEach(({ confidence }, i) => expect(confidence).toBeLessThanOrEqual(all[i].confidence));
  });

  test("of two lines has both, from above to below, whatever was written first", async () => {
    const below = wordStrokes("sea", (x, y) => [x + 20, y + 500]);
    const [page] = await reader.read([...below, ...hello]);
    const [sea] = await reader.read(below);
    expect(page.text).toBe(`${best.text}\n${sea.text}`);
    expect(unclaimed([...below, ...hello], page).every((count) => count === 0)).toBe(true);
    expect(page.confidence).toBeCloseTo(best.confidence * sea.confidence, 12);
  });

  test("with a list says a word of it, with a text what is more usual", async () => {
    const words = ["hallo", "help", "jello"];
    expect(words).toContain((await reader.read(hello, { language: words }))[0].text.toLowerCase());
    const [usual] = await reader.read(hello, { language: "hallo\n".repeat(50), weight: 4 });
    expect(usual.text).toBe("hallo");
  });

  test("counts what stands before it: the same ink is likelier where the text goes on so", async () => {
    const ink = wordStrokes("cat");
    const language = "a cat\nthe oat\n".repeat(20);
    const likelihood = async (text: string, before?: string): Promise<number> => {
      const all = await reader.read(ink, {
        language,
        alternatives: 40,
        ...(before === undefined ? {} : { before }),
      });
      return all.find((one) => one.text === text)?.confidence ?? 0;
    };
    expect(await likelihood("cat", "a ")).toBeGreaterThan(await likelihood("cat", "the "));
    expect(await likelihood("oat", "the ")).toBeGreaterThan(await likelihood("oat", "a "));
    expect(await likelihood("cat", "")).toBe(await likelihood("cat"));
    // a line that ended says nothing of the next; nor does a text that the language cannot know
    expect(await likelihood("cat", "the\n")).toBe(await likelihood("cat"));
    expect(await likelihood("cat", "\u00dfa ")).toBe(await likelihood("cat", "a "));
    await expect(reader.read(ink, { before: "a " })).rejects.toThrow("before");
    await expect(reader.read(ink, { language, before: 3 } as never)).rejects.toThrow("before is 3");
  });

  test("goes on with a word of a list where one was begun", async () => {
    const language = ["hello", "yellow", "low"];
    const [whole] = await reader.read(wordStrokes("llow"), { language });
    expect(language).toContain(whole.text.toLowerCase());
    expect((await reader.read(wordStrokes("llow"), { language, before: "so ye" }))[0].text).toBe("llow");
    expect((await reader.read(wordStrokes("low"), { language, before: "unheard of " }))[0].text).toBe("low");
    expect((await reader.read(wordStrokes("low"), { language, before: "unheard" }))[0].text).toBe("low");
  });

  test("of a second line does not go on with what stands before the first", async () => {
    const language = "the oat\na cat\n".repeat(20);
    const below = wordStrokes("cat", (x, y) => [x, y + 500]);
    const read = async (before: string): Promise<string[]> =>
      (await reader.read([...wordStrokes("oat"), ...below], { language, before, weight: 3 }))[0].text.split(
        "\n",
      );
    expect((await read("the "))[1]).toBe((await read(""))[1]);
  });

  test("of nothing is nothing", async () => expect(await reader.read([])).toEqual([]));

  test("refuses strokes and options that are none", async () => {
    for (const strokes of [3, [3], [[3]], [[[1, NaN]]], [[{ x: 1 }]], [[[1e30, 1]]]])
      await expect(reader.read(strokes as never)).rejects.toThrow(DataError);
    for (const options of [{ alternatives: 0 }, { language: 3 }, { weight: 1 }, { beam: 3 }])
      await expect(reader.read(hello, options as never)).rejects.toThrow(OptionError);
    for (const language of [[], ["two words"], ["ß"], "ß"])
      await expect(reader.read(hello, { language })).rejects.toThrow(DataError);
  });
});

describe("a stream", () => {
  const points = hello.flatMap((stroke) =>
    stroke.map((point, i) => [...(point as [number, number]), Number(i + 1 === stroke.length)] as const),
  );

  test.each([0, 3, 20])("with a delay of %i only grows, and ends with all characters", (delay) => {
    const stream = reader.stream({ delay });
    let before = "";
    for (const [x, y, up] of points) {
      const { text } = stream.step([x, y, up]);
      expect(text.startsWith(before)).toBe(true);
      before = text;
    }
    const all = stream.finish();
    expect(all.startsWith(before)).toBe(true);
    if (delay === 20) expect(all).toBe(best.text);
    expect(stream.reset().step([0, 0, 0])).toEqual({ text: "", open: "" });
    stream.dispose();
  });
});

test("a stream says no character again where its place moves with the ink that comes", () => {
  const stream = reader.stream({ delay: 8 });
  for (const stroke of wordStrokes("unrolled"))
    (stroke as [number, number][]).forEach(([x, y], i) =>
      stream.step([x, y, Number(i + 1 === stroke.length)]),
    );
  expect(stream.finish()).toBe("unrolled");
  stream.dispose();
});

test("points that are none are shown, a lifted pen is 1 or true, and a tag is no language", async () => {
  await expect(reader.read([[[NaN, 0]]])).rejects.toThrow("point 0 is [NaN, 0]");
  await expect(reader.read([[{ x: 1, y: Infinity }]])).rejects.toThrow("point 0 is { x: 1, y: Infinity }");
  for (const language of ["en", "en-US", "zh-Hant-TW"])
    await expect(reader.read(hello, { language })).rejects.toThrow("englishTexts()");
  const stream = reader.stream();
  for (const point of [undefined, { x: 1, y: 2, up: 0 }])
    expect(() => stream.step(point as never)).toThrow("want [x, y, up]");
  expect(() => stream.step([1, 2, "up"] as never)).toThrow('up is "up"');
  const read = (lifted: number | boolean, down: number | boolean): string => {
    stream.reset();
    for (const stroke of hello)
      stroke.forEach((point, i) => {
        const [x, y] = point as [number, number];
        stream.step([x, y, i + 1 === stroke.length ? lifted : down]);
      });
    return stream.finish();
  };
  expect(read(true, false)).toBe(read(1, 0));
  stream.dispose();
});

describe("a learned hand", () => {
  // a hand whose letters climb
  const turned = (word: string): PenStroke[] => wordStrokes(word, (x, y) => [x, y + 0.35 * x]);
  const items = ["hello", "the", "sea", "shell", "heel"].map((text) => ({ strokes: turned(text), text }));

  test("is never worse on what was held back, is kept apart, and is forgotten", async () => {
    const own = await handwritingReader();
    const report = await own.learn(items, { epochs: 10 });
    expect(report.heldBack).toEqual([4]);
    expect(report.after).toBeLessThanOrEqual(report.before);
    expect(report.learned).toBe(own.hasHand);
    const read = await own.read(items[0].strokes);
    const hand = own.hand();
    expect(hand === undefined).toBe(!report.learned);
    if (hand) {
      const again = await handwritingReader({ hand });
      expect((await again.read(items[0].strokes))[0].text).toBe(read[0].text);
      again.dispose();
    }
    own.forget();
    expect(await own.read(hello)).toEqual([best]);
    own.dispose();
    await expect(own.read(hello)).rejects.toThrow(DisposedError);
  });

  test("is refused by another net, and lessons that are none by every net", async () => {
    const hand = reader.save();
    await expect(handwritingReader({ hand })).rejects.toThrow(DataError);
    for (const isMidway of [false, true]) {
      const stop = new AbortController();
      if (!isMidway) stop.abort(new Error("enough"));
      const onProgress = (): void => stop.abort(new Error("enough"));
      const learning = reader.learn(items, { epochs: 10, signal: stop.signal, onProgress });
      await expect(learning).rejects.toThrow("enough");
      expect(reader.hasHand).toBe(false);
    }
    await expect(reader.learn(items.slice(0, 4))).rejects.toThrow("want at least 5");
    await expect(reader.learn([{ strokes: hello, text: "ß" }])).rejects.toThrow(DataError);
    await expect(reader.learn(items, { epochs: 0 })).rejects.toThrow(OptionError);
  });
});

test("a saved reader reads as before, also in a byte a weight", async () => {
  for (const weights of ["float32", "int8"] as const) {
    const copy = await handwritingReader.load(reader.save({ weights }));
    expect((await copy.read(hello))[0].text).toBe(best.text);
    copy.dispose();
  }
  await expect(handwritingReader.load(new Uint8Array(50))).rejects.toThrow(DataError);
});
