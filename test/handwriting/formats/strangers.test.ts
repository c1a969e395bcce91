/**
 * Ink from strangers: what is broken is named, what is ambiguous is not guessed, and nothing grows without
 * bound.
 */
import { expect, test } from "vitest";
import { memoryFolder } from "../../../src/formats/folder.ts";
import { readIamOnDB } from "../../../src/handwriting/formats/iam-ondb.ts";
import { readInk } from "../../../src/handwriting/formats/ink-folder.ts";
import { readInkML } from "../../../src/handwriting/formats/inkml.ts";
import { readUnipen } from "../../../src/handwriting/formats/unipen.ts";
import { tags } from "../../../src/handwriting/formats/xml.ts";
import type { Ink } from "../../../src/handwriting/ink.ts";
import { readHandwriting } from "../../../src/handwriting/read-folder.ts";
import { DataError } from "../../../src/wasm/errors.ts";

async function all(inks: AsyncIterable<Ink>): Promise<Ink[]> {
  const list: Ink[] = [];
  for await (const ink of inks) list.push(ink);
  return list;
}

const inkml = (xml: string): Promise<Ink> => readInkML(memoryFolder("m", { "a.inkml": xml }), "a.inkml");
const unipen = (text: string): Promise<Ink[]> => all(readUnipen(memoryFolder("u", { "data/a": text })));
const xml = (text: string): unknown => [...tags(text, (line, what) => new DataError(`${line}: ${what}`))];
const stroke = ".PEN_DOWN\n1 2\n3 4\n.PEN_UP\n";

test.each([
  ["a number out of range", "<ink><trace>1e999 1</trace></ink>", /a.inkml:1: a point at \(Infinity, 1\)/],
  ["an unknown place", "<ink><trace>? 1</trace></ink>", /X or Y is no number/],
  ["a point of too few values", channels("X", "Y", "F", "1 2"), /a point of 2 values, want 3/],
  ["a point of too many", channels("X", "Y", "1 2 3"), /a point of 3 values, want 2/],
  ["channels without Y", channels("X", "1 2"), /channels X, want X and Y/],
  ["a context that is not there", '<ink><trace contextRef="#b">1 2</trace></ink>', /"#b" names nothing/],
  ["a continuation of another trace", continued("#x"), /continues "x"/],
])("InkML: %s is refused", async (_, text, message) => {
  await expect(inkml(text)).rejects.toThrow(message);
});

function channels(...names: string[]): string {
  const values = names.pop();
  const list = names.map((name) => `<channel name="${name}"/>`).join("");
  return `<ink><traceFormat>${list}</traceFormat><trace>${values}</trace></ink>`;
}

function continued(prior: string): string {
  return (
    '<ink><trace xml:id="a">1 2</trace>' +
    `<trace xml:id="b" continuation="end" priorRef="${prior}">3 4</trace></ink>`
  );
}

test("InkML: what a trace means is read as the standard says", async () => {
  expect([...(await inkml(continued("#a"))).points]).toEqual([1, 2, 0, 3, 4, 1]);
  expect([...(await inkml(channels("X", "Y", "B", "1 2 T,#1F -#A F"))).points]).toEqual([
    1, 2, 0, 31, -10, 1,
  ]);
  const pens = '<ink><trace type="penUp">9 9</trace><trace>1 2</trace></ink>';
  expect([...(await inkml(pens)).points]).toEqual([1, 2, 1]);
  const grouped =
    '<ink><context xml:id="a"><traceFormat><channel name="Y"/><channel name="X"/></traceFormat></context>' +
    '<context xml:id="b"></context><traceGroup contextRef="#a"><trace>1 2</trace></traceGroup></ink>';
  expect([...(await inkml(grouped)).points]).toEqual([2, 1, 1]);
});

test("InkML: the truth of a group is that of the ink where the group holds all of it", async () => {
  const group = (text: string): string =>
    `<traceGroup><annotation type="truth">${text}</annotation><trace>1 2</trace></traceGroup>`;
  expect((await inkml(`<ink>${group("a")}</ink>`)).text).toBe("a");
  expect((await inkml(`<ink>${group("a")}${group("b")}</ink>`)).text).toBe("");
  expect((await inkml(`<ink><annotation type="truth">ab</annotation>${group("a")}</ink>`)).text).toBe("ab");
});

test.each([
  ["a character beyond Unicode", "<a>&#x110000;</a>"],
  ["half of a pair", "<a>&#xd800;</a>"],
  ["an entity that objects have", "<a>&constructor;</a>"],
  ["an ampersand alone", "<a>a & b</a>"],
  ["entities of its own", '<!DOCTYPE a [<!ENTITY x "y">]><a/>'],
  ["an attribute twice", '<a b="1" b="2"/>'],
  ["an attribute without quotes", "<a b=1/>"],
  ["deep nesting", "<a>".repeat(1000)],
  ["many attributes", `<a ${Array.from({ length: 1000 }, (_, i) => `b${i}=""`).join(" ")}/>`],
])("XML: %s is refused", (_, text) => {
  expect(() => xml(text)).toThrow(DataError);
});

test.each([
  ["200 million strokes", `${stroke}.SEGMENT WORD 0-200000000 OK "a"`, /stroke 1, want one of the 1/],
  ["a span that falls", `${stroke}${stroke}.SEGMENT WORD 1-0 OK "a"`, /"1-0", want the numbers/],
  ["a stroke in hundreds of segments", stroke + '.SEGMENT WORD 0 OK "a"\n'.repeat(300), /more than 8 times/],
  ["a segment without points", '.PEN_DOWN\n.PEN_UP\n.SEGMENT WORD 0 OK "a"', /without points/],
  ["a file outside", ".INCLUDE ../a", /u\/data\/a:1: .INCLUDE ..\/a is outside/],
  ["hexadecimal", `.PEN_DOWN\n0x10 1\n.SEGMENT WORD 0 OK "a"`, /"0x10 1", want 2 numbers/],
  ["an infinite coordinate", `.PEN_DOWN\n1e999 1\n.SEGMENT WORD 0 OK "a"`, /want 2 numbers/],
])("UNIPEN: %s is refused", async (_, text, message) => {
  await expect(unipen(text)).rejects.toThrow(message);
});

test("UNIPEN: a file that includes itself, or another a second time, is refused", async () => {
  const read = (files: Record<string, string>): Promise<Ink[]> => all(readUnipen(memoryFolder("u", files)));
  const twice = { "data/a": ".INCLUDE b\n.INCLUDE b\n", "include/b": stroke };
  await expect(read(twice)).rejects.toThrow("u/data/a:2: .INCLUDE b a second time");
  await expect(read({ "data/a": ".INCLUDE b\n", "include/b": ".INCLUDE b\n" })).rejects.toThrow(
    "second time",
  );
});

const item = { off: 0, n: 1, text: "a" };
test.each([
  ["null", null, "item 0: is null, want an object"],
  ["an object as id", { ...item, id: {} }, "id is {}, want a name"],
  ["an infinite place", { ...item, x0: 1e999 }, "x0 is null, want a number"],
  ["a text as place", { ...item, y0: "5" }, 'y0 is "5", want a number'],
  ["a writer that is not there", { ...item, w: 3 }, "w is 3, want a writer's place"],
  ["more points than numbers count", { ...item, n: 1e300 }, "n is 1e+300, want a whole number"],
])("an index with %s is refused", async (_, one, message) => {
  const json = JSON.stringify({ alphabet: "a", items: [one] });
  const folder = memoryFolder("i", { "index.json": json, "ink.bin": new Uint8Array(6) });
  await expect(all(readInk(folder))).rejects.toThrow(message);
});

test("an index whose writer is null does not say who wrote it", async () => {
  const json = JSON.stringify({ alphabet: "a", items: [{ ...item, writer: null, split: "train" }] });
  const [ink] = await all(readInk(memoryFolder("i", { "index.json": json, "ink.bin": new Uint8Array(6) })));
  expect([ink.writer, ink.split]).toEqual([undefined, "train"]);
});

test("no sample of a folder is given out before its size is known to be right", async () => {
  const json = JSON.stringify({ alphabet: "a", items: [item, { ...item, off: 1 }] });
  const inks = readInk(memoryFolder("i", { "index.json": json, "ink.bin": new Uint8Array(6) }));
  await expect(inks.next()).rejects.toThrow("6 bytes, want 12");
});

test("IAM-OnDB: a coordinate that is nothing is not 0", async () => {
  const files = {
    "lineStrokes/a/b/c-1.xml": '<a><Stroke><Point x="" y="1"/></Stroke></a>',
    "ascii/a/b/c.txt": "CSR:\nx\n",
  };
  await expect(all(readIamOnDB(memoryFolder("f", files)))).rejects.toThrow(
    "c-1.xml:1: point (, 1), want two",
  );
});

test("ink without a label is left out, and reported; a folder of nothing else is refused", async () => {
  const one = "<ink><trace>1 2</trace></ink>";
  const two = '<ink><annotation type="truth">a</annotation><trace>1 2</trace></ink>';
  const notices: string[] = [];
  const inks = await readHandwriting(memoryFolder("m", { "a.inkml": one, "b.inkml": two }), {
    onNotice: (sentence) => notices.push(sentence),
  });
  expect(inks.map(({ text }) => text)).toEqual(["a"]);
  expect(notices).toEqual(["m: 1 of 2 pieces do not say what is written and are left out."]);
  await expect(readHandwriting(memoryFolder("m", { "a.inkml": one }))).rejects.toThrow(
    "none of 1 pieces says",
  );
});

/** Texts of a megabyte that took minutes, gigabytes or the stack; each must end in a few seconds. */
const MB = 1 << 20;
const fill = (piece: string): string => piece.repeat(MB / piece.length);
test.each<[string, () => unknown]>([
  ["a name of colons", () => xml(`<${fill("a:")}`)],
  ["attributes", () => xml(`<a ${fill('b="c" ')}/>`)],
  ["blanks", () => xml(`<a${fill(" ")}</a>`)],
  ["entities", () => xml(`<a>${fill("&lt;")}</a>`)],
  ["blanks in a trace", () => inkml(`<ink><trace>${fill(" ")}x</trace></ink>`)],
  ["points of a trace", () => inkml(`<ink><trace>${fill("1 2,")}1 2</trace></ink>`)],
  ["a quote that never ends", () => unipen(`${stroke}.SEGMENT WORD 0 OK "${fill("a\\")}`)],
  ["many quotes", () => unipen(`${stroke}.SEGMENT WORD 0 OK ${fill('"\\')}`)],
  ["a long list of strokes", () => unipen(`${stroke}.SEGMENT WORD ${fill("0,")}0 OK "a"`)],
])("a megabyte of %s ends", { timeout: 10_000 }, async (_, read) => {
  const start = process.cpuUsage();
  try {
    await read();
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
  }
  expect(process.cpuUsage(start).user / 1e6).toBeLessThan(3);
});
