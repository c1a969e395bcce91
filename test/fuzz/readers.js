/** The readers of text and ink as targets: what each is given, how it reads, and what a sound answer is. */
import { readCsv } from "../../dist/formats/csv.js";
import { memoryFolder } from "../../dist/formats/folder.js";
import { parseObject } from "../../dist/formats/json.js";
import { decodeBytes } from "../../dist/formats/text.js";
import { inkFeatures } from "../../dist/handwriting/input.js";
import { readIamOnDB } from "../../dist/handwriting/formats/iam-ondb.js";
import { readInkML } from "../../dist/handwriting/formats/inkml.js";
import { tags } from "../../dist/handwriting/formats/xml.js";
import { readHandwriting } from "../../dist/handwriting/read-folder.js";
import { DataError } from "../../dist/wasm/errors.js";
import { csv, iamStrokes, inkFolder, inkml, unipen } from "./grammars.js";
import { mutateBytes, mutateJson, mutateText, oddNumber } from "./mutate.js";

const encode = (text) => new TextEncoder().encode(text);

/** A text of a grammar: valid, or changed. */
const changedText = (grammar) => (random) => {
  const text = grammar(random);
  return random.chance(0.2) ? text : mutateText(random, text);
};

/** What is wrong with pieces of ink; undefined where nothing is. */
function unsoundInk(inks) {
  for (const { id, text, points } of inks) {
    if (typeof id !== "string" || typeof text !== "string" || text === "") return `id ${id}, text ${text}`;
    if (points.length === 0 || points.length % 3 !== 0) return `${points.length} numbers of points`;
    for (let i = 0; i < points.length; ++i) {
      if (!Number.isFinite(points[i])) return `a coordinate ${points[i]}`;
      if (i % 3 === 2 && points[i] !== 0 && points[i] !== 1) return `pen-up ${points[i]}`;
    }
    if (points.at(-1) !== 1) return "a last stroke without an end";
  }
  return undefined;
}

async function readAll(inks) {
  const all = [];
  for await (const ink of inks) all.push(ink);
  return all;
}

/** A folder of files, read in whatever format it is. */
const folderTarget = (make) => ({
  make,
  size: (files) => Object.values(files).reduce((sum, file) => sum + file.length, 0),
  run: (files) => readHandwriting(memoryFolder("fuzz", files)),
  unsound: unsoundInk,
});

function changedInkFolder(random) {
  const { index, ink } = inkFolder(random);
  const value = random.chance(0.6) ? mutateJson(random, index) : index;
  const json = JSON.stringify(value) ?? "";
  return {
    "index.json": encode(random.chance(0.2) ? mutateText(random, json) : json),
    "ink.bin": random.chance(0.2) ? mutateBytes(random, ink) : ink,
  };
}

function allColumns(text) {
  const table = readCsv(text, "t.csv");
  const columns = table.names.slice(0, 20).map((_, i) => {
    try {
      return table.column(String(i + 1));
    } catch (error) {
      if (error instanceof DataError) return new Float64Array(table.rows);
      throw error;
    }
  });
  for (const name of table.numeric().slice(0, 20)) columns.push(table.column(name));
  return { rows: table.rows, columns };
}

function unsoundTable({ rows, columns }) {
  for (const column of columns) {
    if (column.length !== rows) return `${column.length} numbers of ${rows} rows`;
    if (column.some((value) => Math.abs(value) === Infinity)) return "an infinite number";
  }
  return undefined;
}

function oddInk(random) {
  const value = () => (random.chance(0.8) ? random.below(1000) : oddNumber(random));
  const straight = random.chance(0.2);
  const slope = random.uniform();
  const points = random.times(random.length(200), (i) => {
    const x = straight ? i : value();
    return [x, straight ? slope * x : value(), random.below(8) === 0 ? 1 : 0];
  });
  const options = {
    kind: random.pick(["pen", "image"]),
    size: random.pick([0, 60, 100]),
    upright: random.chance(0.5),
  };
  if (random.chance(0.3))
    options[random.pick(["thin", "cell", "rows", "ahead", "level", "size"])] = oddNumber(random);
  return { points: Float32Array.from(points.flat()), options };
}

/** Targets by name. */
export const readers = {
  text: {
    make: (random) =>
      mutateBytes(random, encode(random.pick(["naïve café 😀", "plain", "\ufeffmark", "日本語"]))),
    size: (bytes) => bytes.length,
    run: (bytes) => decodeBytes(bytes, "t.txt"),
    unsound: (text) => (typeof text === "string" ? undefined : `${typeof text}`),
  },
  json: {
    make: changedText((random) => JSON.stringify(inkFolder(random).index)),
    size: (text) => text.length,
    run: (text) => parseObject(text, (fault) => new DataError(fault)),
    unsound: (value) => (value !== null && typeof value === "object" ? undefined : `${value}`),
  },
  csv: { make: changedText(csv), size: (text) => text.length, run: allColumns, unsound: unsoundTable },
  xml: {
    make: changedText((random) => (random.chance(0.5) ? inkml(random) : iamStrokes(random))),
    size: (text) => text.length,
    run: (text) => [...tags(text, (line, what) => new DataError(`${line}: ${what}`))],
    unsound: (all) => (all.every(({ name }) => name !== "") ? undefined : "a tag without a name"),
  },
  inkml: {
    make: (random) => encode(changedText(inkml)(random)),
    size: (bytes) => bytes.length,
    run: (bytes) => readInkML(memoryFolder("fuzz", { "a.inkml": bytes }), "a.inkml"),
    unsound: (ink) => unsoundInk([{ ...ink, text: ink.text || "unlabeled" }]),
  },
  unipen: folderTarget((random) => ({
    "data/a.dat": encode(changedText(unipen)(random)),
    "include/b.dat": encode(changedText(unipen)(random)),
  })),
  "iam-ondb": {
    make: (random) => ({
      "lineStrokes/a01/a01-000/a01-000u-01.xml": encode(changedText(iamStrokes)(random)),
      "ascii/a01/a01-000/a01-000u.txt": encode(changedText(() => "OCR:\n\nx\n\nCSR:\n\nA MOVE to\n")(random)),
    }),
    size: (files) => Object.values(files).reduce((sum, file) => sum + file.length, 0),
    run: (files) => readAll(readIamOnDB(memoryFolder("fuzz", files))),
    unsound: unsoundInk,
  },
  "ink-folder": folderTarget(changedInkFolder),
  features: {
    make: oddInk,
    size: ({ points }) => points.byteLength,
    run: ({ points, options }) => inkFeatures(points, options),
    unsound: ({ input, sources, width }) =>
      input.length === sources.length * width && input.every(Number.isFinite)
        ? undefined
        : "numbers not finite",
  },
};
