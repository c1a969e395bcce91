/**
 * Readers of pen formats: what is written is read, streaming does not depend on the pieces, and a broken file
 * is named with its line.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { memoryFolder, type Folder } from "../../../src/formats/folder.ts";
import { readIamOnDB } from "../../../src/handwriting/formats/iam-ondb.ts";
import { readInk } from "../../../src/handwriting/formats/ink-folder.ts";
import type { Ink } from "../../../src/handwriting/ink.ts";
import { readInkML } from "../../../src/handwriting/formats/inkml.ts";
import { readUnipen } from "../../../src/handwriting/formats/unipen.ts";

async function all(inks: AsyncIterable<Ink>): Promise<Ink[]> {
  const list: Ink[] = [];
  for await (const ink of inks) list.push(ink);
  return list;
}

const samples = [
  [
    [0, 0, 0],
    [3, -4, 1],
  ],
  [[0, 0, 1]],
  [
    [0, 0, 0],
    [1, 1, 1],
    [500, -300, 0],
    [2, 2, 1],
  ],
];
const bytes = new Uint8Array(Int16Array.from(samples.flat(2)).buffer);
const index = (change: (line: string, i: number) => string = (line) => line): string => {
  let off = 0;
  const lines = samples.map((s, i) => {
    const line = JSON.stringify({
      id: `s${i}`,
      off,
      n: s.length,
      x0: 10 * i,
      y0: 7,
      text: "abc"[i],
      split: i === 1 ? "valid" : "train",
      writer: i,
    });
    off += s.length;
    return change(line, i);
  });
  return `{"name":"test","alphabet":"abc","items":[\n${lines.join(",\n")}\n]}`;
};

test("ink is read as absolute points, split by split", async () => {
  const folder = memoryFolder("ink", { "index.json": index(), "ink.bin": bytes });
  const [a, b, c] = await all(readInk(folder));
  expect([...a.points]).toEqual([0, 7, 0, 3, 3, 1]);
  expect([...c.points]).toEqual([20, 7, 0, 21, 8, 1, 521, -292, 0, 523, -290, 1]);
  expect(b).toMatchObject({ id: "s1", text: "b", split: "valid", writer: "1" });
  expect((await all(readInk(folder, { splits: ["train"] }))).map((ink) => ink.text)).toEqual(["a", "c"]);
});

test("ink that comes in pieces of any size is the same", async () => {
  const whole = await all(readInk(memoryFolder("ink", { "index.json": index(), "ink.bin": bytes })));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 42 }), async (sizes) => {
      const folder: Folder = {
        ...memoryFolder("ink", { "index.json": index() }),
        async *open(file) {
          if (file === "index.json") {
            yield new TextEncoder().encode(index());
            return;
          }
          for (let at = 0, i = 0; at < bytes.length; at += sizes[i++]) yield bytes.slice(at, at + sizes[i]);
        },
      };
      expect(await all(readInk(folder))).toEqual(whole);
    }),
    { numRuns: 30 },
  );
});

test.each([
  [
    "a cut ink file",
    index(),
    bytes.slice(0, 40),
    "ink/ink.bin: 40 bytes, want 42: 6 for each of the 7 points",
  ],
  ["a longer ink file", index(), new Uint8Array(48), "ink/ink.bin: 48 bytes, want 42"],
  [
    "a line that is no JSON",
    index((line, i) => (i === 1 ? line.replace("}", "") : line)),
    bytes,
    "ink/index.json:3: ",
  ],
  [
    "an item that begins before the one before ends",
    index((line) => line.replace('"off":3', '"off":1')),
    bytes,
    "ink/index.json:4: item 2: off is 1, want a whole number of at least 3",
  ],
  [
    "an item without text",
    index((line, i) => (i === 1 ? line.replace('"text":"b"', '"text":5') : line)),
    bytes,
    "ink/index.json:3: item 1: text is 5, want a string",
  ],
  [
    "an item without points",
    index((line, i) => (i === 1 ? line.replace('"n":1', '"n":0') : line)),
    bytes,
    "ink/index.json:3: item 1: n is 0",
  ],
])("%s is an error that says where", async (_, json, ink, message) => {
  await expect(all(readInk(memoryFolder("ink", { "index.json": json, "ink.bin": ink })))).rejects.toThrow(
    message,
  );
});

const xml = (points: string): string => `<?xml version="1.0" encoding="ISO-8859-1"?>
<WhiteboardCaptureSession>
  <WhiteboardDescription><SensorLocation corner="top_left"/></WhiteboardDescription>
  <StrokeSet>
    <Stroke colour="black" start_time="1.0" end_time="2.0">
      <Point x="5" y="6" time="1.0"/>
      ${points}
    </Stroke>
    <Stroke colour="black" start_time="3.0" end_time="3.0"><Point x="9" y="-1" time="3.0"/></Stroke>
  </StrokeSet>
</WhiteboardCaptureSession>
`;
const iam = (points: string): Folder =>
  memoryFolder("iam", {
    "lineStrokes/a01/a01-000/a01-000u-01.xml": xml(points),
    "lineStrokes/a01/a01-000/a01-000u-02.xml": xml(points),
    "lineStrokes/a01/a01-001/a01-001w-01.xml": xml(points),
    "ascii/a01/a01-000/a01-000u.txt": "OCR:\n\nA moue\n\nCSR:\n\nA move\nto stop\n",
    "ascii/a01/a01-001/a01-001w.txt": "CSR:\r\n\r\nBy Trevor\r\n",
  });

test("IAM-OnDB's own files: strokes of each line beside the line of text", async () => {
  const inks = await all(readIamOnDB(iam('<Point x="7" y="8" time="1.1"/>')));
  expect(inks.map(({ id, text }) => [id, text])).toEqual([
    ["a01-000u-01", "A move"],
    ["a01-000u-02", "to stop"],
    ["a01-001w-01", "By Trevor"],
  ]);
  expect([...inks[0].points]).toEqual([5, 6, 0, 7, 8, 1, 9, -1, 1]);
  const chosen = await all(readIamOnDB(iam(""), { splits: new Map([["a01-001w", "valid"]]) }));
  expect(chosen.map(({ id, split }) => [id, split])).toEqual([["a01-001w-01", "valid"]]);
});

test("a broken line of IAM-OnDB is named", async () => {
  await expect(all(readIamOnDB(iam('<Point x="7" y="eight"/>')))).rejects.toThrow(
    "iam/lineStrokes/a01/a01-000/a01-000u-01.xml:7: point (7, eight), want two numbers",
  );
  await expect(all(readIamOnDB(iam("<Point")))).rejects.toThrow("a01-000u-01.xml:");
  await expect(all(readIamOnDB(iam("<Extra>")))).rejects.toThrow(
    "a01-000u-01.xml:8: </Stroke> ends an element that is not open",
  );
});

test("UNIPEN: strokes by number, included files, y turned downwards", async () => {
  const folder = memoryFolder("unipen", {
    "data/6/w.dat":
      '.VERSION 1.0\n.INCLUDE w/ink.dat\n.SEGMENT WORD 0-1 OK "a \\"b\\""\n.SEGMENT CHARACTER 0 ? ' +
      '"a"\n.SEGMENT WORD 1,2 OK "c"\n.SEGMENT WORD 2 ?\n',
    "include/w/ink.dat":
      ".COORD T X Y\n.WRITER_ID w17\n.PEN_DOWN\n0 1 2\n10 3 4\n.PEN_UP\n20 9 9\n.PEN_DOWN\n30 5 " +
      "6\n.PEN_UP\n.PEN_DOWN\n40 7 8\n",
  });
  const inks = await all(readUnipen(folder));
  expect(inks.map(({ text, writer }) => [text, writer])).toEqual([
    ['a "b"', "w17"],
    ["c", "w17"],
  ]);
  expect([...inks[0].points]).toEqual([1, -2, 0, 3, -4, 1, 5, -6, 1]);
  await expect(all(readUnipen(memoryFolder("u", { "data/a": ".PEN_DOWN\n1 2\n1 x\n" })))).rejects.toThrow(
    'u/data/a:3: "1 x", want 2 numbers a point',
  );
  await expect(
    all(readUnipen(memoryFolder("u", { "data/a": '.SEGMENT WORD 0-2 OK "a"\n.PEN_DOWN\n1 2\n' }))),
  ).rejects.toThrow("u/data/a:1: stroke 1, want one of the 1 there are");
});

test("InkML: traces, differences, channels and the truth", async () => {
  const file = (traces: string): Folder =>
    memoryFolder("ml", {
      "a.inkml": `<ink xmlns="http://www.w3.org/2003/InkML">
<annotation type="truth">x &lt; 2</annotation>
<traceFormat><channel name="T"/><channel name="X"/><channel name="Y"/></traceFormat>
${traces}
</ink>`,
    });
  const ink = await readInkML(
    file("<trace>0 1 2, 1 3 5</trace><trace id='1'>5 10 10, '1'2'3, 1 2 3, 1\"1\"0</trace>"),
    "a.inkml",
  );
  expect(ink.text).toBe("x < 2");
  expect([...ink.points]).toEqual([1, 2, 0, 3, 5, 1, 10, 10, 0, 12, 13, 0, 14, 16, 0, 17, 19, 1]);
  await expect(readInkML(file("<trace>0 1 2, a b c</trace>"), "a.inkml")).rejects.toThrow(
    'ml/a.inkml:4: "a b c" is no value of a trace',
  );
  await expect(readInkML(file("<trace>0 1"), "a.inkml")).rejects.toThrow("ml/a.inkml:5:");
});
