/** The examples of the proposal's explainer run on a reader. */
import { afterAll, describe, expect, test } from "vitest";
import { handwritingReader } from "../../../src/handwriting/reader/reader.ts";
import {
  HandwritingStroke,
  type HandwritingDrawing,
  installHandwritingRecognizer,
  type HandwritingRecognizer,
} from "../../../src/handwriting/web/recognizer.ts";
import type { HandwritingRecognizerSupport } from "../../../src/handwriting/web/proposal.ts";
import { wordStrokes } from "../reader/ink.ts";

interface Navigator {
  createHandwritingRecognizer(constraint: { languages?: string[] }): Promise<HandwritingRecognizer>;
  queryHandwritingRecognizer(constraint: {
    languages?: string[];
  }): Promise<HandwritingRecognizerSupport | null>;
}

const reader = await handwritingReader();
afterAll(() => reader.dispose());
const page = { navigator: {} as Navigator, HandwritingStroke: undefined as unknown };
installHandwritingRecognizer(page, async () => reader);
const { navigator } = page;

const strokesOf = (word: string, left = 0): HandwritingStroke[] =>
  wordStrokes(word, (x, y) => [x + left, y]).map((points) => {
    const stroke = new HandwritingStroke();
    points.forEach((point, t) => {
      const [x, y] = point as readonly [number, number];
      stroke.addPoint({ x, y, t });
    });
    return stroke;
  });

const drawn = (recognizer: HandwritingRecognizer, word: string, hints: object): HandwritingDrawing => {
  const drawing = recognizer.startDrawing(hints);
  strokesOf(word).forEach((stroke) => drawing.addStroke(stroke));
  return drawing;
};

describe("the proposal's examples", () => {
  test("a model that cannot be had is null, and refused by name", async () => {
    for (const languages of [["zh-CN", "en"], ["xx"], []]) {
      expect(await navigator.queryHandwritingRecognizer({ languages })).toBeNull();
      const made = navigator.createHandwritingRecognizer({ languages });
      await expect(made).rejects.toThrow(/createHandwritingRecognizer: .*want some of en/);
      await expect(made).rejects.toBeInstanceOf(DOMException);
      await expect(made).rejects.toMatchObject({ name: "NotSupportedError" });
    }
    for (const languages of ["en", null])
      await expect(navigator.queryHandwritingRecognizer({ languages } as never)).rejects.toThrow(TypeError);
    expect(await navigator.queryHandwritingRecognizer({ languages: ["en"] })).toEqual({
      textAlternatives: true,
      textSegmentation: true,
      hints: {
        recognitionType: ["text", "number", "email", "per-character"],
        inputType: ["mouse", "touch", "pen", "stylus"],
        graphemeSet: true,
        textContext: true,
        alternatives: true,
      },
    });
  });

  test("a reader is not fetched for a language that it cannot read", async () => {
    const other = { navigator: {} as Navigator };
    installHandwritingRecognizer(other, () => Promise.reject(new Error("fetched")));
    await expect(other.navigator.createHandwritingRecognizer({ languages: ["zh"] })).rejects.toThrow("zh");
  });

  test("Hello, is followed by the word that the text before makes likely", async () => {
    const own = { navigator: {} as Navigator };
    const language = "hello, oat\nfeed the cat\n".repeat(20);
    installHandwritingRecognizer(own, reader, { language });
    const recognizer = await own.navigator.createHandwritingRecognizer({ languages: ["en"] });
    const places = async (hints: object): Promise<number> => {
      const all = (await drawn(recognizer, "cat", { alternatives: 30, ...hints }).getPrediction()).map(
        ({ text }) => text,
      );
      return all.indexOf("oat") < 0 ? Infinity : all.indexOf("oat");
    };
    expect(await places({ textContext: "hello, " })).toBeLessThan(await places({ textContext: "feed the " }));
    const set = { graphemeSet: [..."aot"], textContext: "hello, " };
    expect((await drawn(recognizer, "cat", set).getPrediction())[0].text).toBe("oat");
    // unrelated characters: the ranking is that of the ink alone
    const alone = (await drawn(recognizer, "cat", { recognitionType: "per-character" }).getPrediction()).map(
      ({ text }) => text,
    );
    const hints = { recognitionType: "per-character", textContext: "hello, " };
    expect((await drawn(recognizer, "cat", hints).getPrediction()).map(({ text }) => text)).toEqual(alone);
    expect(() => recognizer.startDrawing({ textContext: 3 } as never)).toThrow("textContext is 3");
  });

  test("without a language of one's own, the text before makes English likelier", async () => {
    const recognizer = await navigator.createHandwritingRecognizer({ languages: ["en"] });
    const read = async (hints: object): Promise<string[]> =>
      (await drawn(recognizer, "cat", { alternatives: 9, ...hints }).getPrediction()).map(({ text }) => text);
    expect(await read({ textContext: "a black " })).not.toEqual(await read({}));
    expect((await read({ textContext: "a black " }))[0]).toBe("cat");
  });

  test("an address has the characters of addresses", async () => {
    const recognizer = await navigator.createHandwritingRecognizer({ languages: ["en"] });
    for (const { text } of await drawn(recognizer, "hello", { recognitionType: "email" }).getPrediction())
      expect(text).toMatch(/^[-a-zA-Z0-9.@_+%]*$/);
    // what a recognizer does not know has no effect
    const [best] = await drawn(recognizer, "hello", {
      recognitionType: "poem",
      inputType: "quill",
    }).getPrediction();
    expect(best.text).toBe("hello");
  });

  test("a finished recognizer is in no state to draw or predict, and may be finished again", async () => {
    const recognizer = await navigator.createHandwritingRecognizer({ languages: ["en"] });
    const drawing = recognizer.startDrawing();
    recognizer.finish();
    recognizer.finish();
    await expect(drawing.getPrediction()).rejects.toMatchObject({ name: "InvalidStateError" });
    expect(() => recognizer.startDrawing()).toThrow(DOMException);
  });
});

describe("a page without a recognizer of its own", () => {
  test("can ask what there is", async () => {
    expect(await navigator.queryHandwritingRecognizer({ languages: ["en-US"] })).toMatchObject({
      textAlternatives: true,
      textSegmentation: true,
    });
    expect(await navigator.queryHandwritingRecognizer({ languages: ["en", "zh-CN"] })).toBeNull();
    await expect(navigator.createHandwritingRecognizer({ languages: ["zh"] })).rejects.toThrow("zh");
  });

  test("starts a drawing, adds strokes and points, and gets predictions as it grows", async () => {
    const recognizer = await navigator.createHandwritingRecognizer({ languages: ["en"] });
    const drawing = recognizer.startDrawing({ recognitionType: "text", inputType: "mouse", alternatives: 5 });
    expect(await drawing.getPrediction()).toEqual([]);
    const strokes = strokesOf("hello");
    const late = new HandwritingStroke();
    drawing.addStroke(late);
    for (const stroke of strokes.slice(1)) drawing.addStroke(stroke);
    for (const point of strokes[0].getPoints()) late.addPoint(point);
    expect(drawing.getStrokes()).toEqual([late, ...strokes.slice(1)]);
    const [best, ...others] = await drawing.getPrediction();
    expect(best.text).toBe("hello");
    expect(others.length).toBeGreaterThan(0);
    expect(others.length).toBeLessThanOrEqual(5);
    for (const { grapheme, beginIndex, endIndex, drawingSegments } of best.segmentationResult) {
      expect(best.text.slice(beginIndex, endIndex)).toBe(grapheme);
      for (const { strokeIndex, beginPointIndex, endPointIndex } of drawingSegments) {
        expect(beginPointIndex).toBeLessThan(endPointIndex);
        expect(endPointIndex).toBeLessThanOrEqual(drawing.getStrokes()[strokeIndex].getPoints().length);
      }
    }
    drawing.removeStroke(late);
    expect((await drawing.getPrediction())[0].text).not.toBe("hello");
    drawing.clear();
    expect(drawing.getStrokes()).toEqual([]);
    recognizer.finish();
    expect(() => recognizer.startDrawing()).toThrow("finished");
    await expect(drawing.getPrediction()).rejects.toThrow("finished");
  });

  test("gets numbers where it asks for numbers", async () => {
    const recognizer = await navigator.createHandwritingRecognizer({});
    const drawing = recognizer.startDrawing({ recognitionType: "number" });
    strokesOf("oil").forEach((stroke) => drawing.addStroke(stroke));
    const all = await drawing.getPrediction();
    for (const { text } of all) expect(text).toMatch(/^[-+.,0-9]*$/);
  });

  test("gets only characters of a set, where the reader knows some", async () => {
    const recognizer = await navigator.createHandwritingRecognizer({});
    const read = async (graphemeSet: readonly string[], recognitionType = "text"): Promise<string[]> => {
      const drawing = recognizer.startDrawing({ graphemeSet, recognitionType });
      strokesOf("hello").forEach((stroke) => drawing.addStroke(stroke));
      return (await drawing.getPrediction()).map(({ text }) => text);
    };
    for (const text of await read(["h", "a", "ll"])) expect(text).toMatch(/^[hal]*$/);
    for (const text of await read(["1", "l"], "number")) expect(text).toMatch(/^1*$/);
    expect((await read(["\u4e2d"]))[0]).toBe("hello");
    await expect(read("abc" as never)).rejects.toThrow('graphemeSet is "abc"');
    expect(() => recognizer.startDrawing(null as never)).toThrow("hints are null");
    await expect(navigator.queryHandwritingRecognizer({ languages: "en" as never })).rejects.toThrow('"en"');
  });

  test("asks again for a reader that could not be had", async () => {
    let asked = 0;
    const other = { navigator: {} as Navigator };
    installHandwritingRecognizer(other, async () => {
      if (++asked === 1) throw new Error("offline");
      return reader;
    });
    await expect(other.navigator.createHandwritingRecognizer({})).rejects.toThrow("offline");
    await other.navigator.createHandwritingRecognizer({});
    await other.navigator.createHandwritingRecognizer({});
    expect(asked).toBe(2);
  });

  test("is told where it has no navigator", () => {
    for (const window of [{}, { navigator: undefined }, undefined])
      expect(() => installHandwritingRecognizer(window as never, reader)).toThrow(
        "installHandwritingRecognizer: window",
      );
  });

  test("copies points, refuses what is none, and keeps a recognizer that is there", () => {
    const point = { x: 1, y: 2, t: 3 };
    const stroke = new HandwritingStroke();
    stroke.addPoint(point);
    point.x = 9;
    expect(stroke.getPoints()).toEqual([{ x: 1, y: 2, t: 3 }]);
    stroke.clear();
    expect(stroke.getPoints()).toEqual([]);
    expect(() => stroke.addPoint({ x: NaN, y: 1 })).toThrow(TypeError);
    expect(installHandwritingRecognizer(page, reader)).toBe(false);
  });
});
