/** The examples of the proposal's explainer run on a reader. */
import { afterAll, describe, expect, test } from "vitest";
import { handwritingReader } from "../../../src/handwriting/reader/reader.ts";
import {
  HandwritingStroke,
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
