/** Ink of drawing programs, strokes of applications, and packed nets as targets. */
import { gzipSync } from "node:zlib";
import { dense, lstm, network } from "../../dist/index.js";
import { readExcalidraw, readTldraw } from "../../dist/handwriting/formats/drawings.js";
import { readSvgInk } from "../../dist/handwriting/formats/svg-ink.js";
import { readXournal } from "../../dist/handwriting/formats/xournal.js";
import { findLines } from "../../dist/handwriting/reader/lines.js";
import { packNet, unpackNet } from "../../dist/handwriting/reader/packed-net.js";
import { placeStrokes } from "../../dist/handwriting/reader/strokes.js";
import { mutateBytes, mutateJson, mutateText, oddNumber } from "./mutate.js";

const encode = (text) => new TextEncoder().encode(text);
const points = (random, point) => random.times(1 + random.length(30), point);
const pair = (random) => () => [random.below(500), random.below(500)];

const excalidraw = (random) => ({
  elements: random.times(1 + random.below(4), () => ({
    type: random.pick(["freedraw", "freedraw", "text"]),
    x: random.below(100),
    y: random.below(100),
    points: points(random, pair(random)),
  })),
});

const tldraw = (random) => ({
  records: random.times(1 + random.below(5), (i) => ({
    typeName: "shape",
    type: random.pick(["draw", "draw", "group"]),
    id: `s${i}`,
    parentId: `s${random.below(6)}`,
    x: random.below(100),
    y: random.below(100),
    props: { segments: [{ points: points(random, () => ({ x: random.below(9), y: random.below(9) })) }] },
  })),
});

const xournal = (random) =>
  `<xournal><page height="${random.below(900)}"><layer>${random
    .times(
      1 + random.below(4),
      () => `<stroke tool="pen">${points(random, pair(random)).flat().join(" ")}</stroke>`,
    )
    .join("")}</layer></page></xournal>`;

function svg(random) {
  const n = () => random.below(99);
  const command = () =>
    random.pick([
      `L${n()} ${n()}`,
      `c1,2,3,4,5,${n()}`,
      `q1 2 3 ${n()}`,
      `h${n()}`,
      `t1 ${n()}`,
      `S1 2 3 4`,
      "z",
    ]);
  const transform = random.pick(["scale(2)", "translate(3,4)", "matrix(1 0 0 1 5 6)", "rotate(4)"]);
  const path = `<path d="M${n()} ${n()}${points(random, command).join("")}"/>`;
  return `<svg><g transform="${transform}">${path}<line x2="4"/><polyline points="1,2 3,4"/></g></svg>`;
}

/** What is wrong with strokes; undefined where nothing is. */
function unsoundStrokes(strokes) {
  if (strokes.length === 0 || strokes.some((stroke) => stroke.length === 0))
    return "no strokes, or an empty one";
  const odd = strokes.flat(2).find((value) => !(Math.abs(value) <= 1e9));
  return odd === undefined ? undefined : `a coordinate ${odd}`;
}

const json = (make) => (random) => {
  const text = JSON.stringify(random.chance(0.6) ? mutateJson(random, make(random)) : make(random)) ?? "";
  return random.chance(0.2) ? mutateText(random, text) : text;
};
const changed = (make) => (random) => (random.chance(0.2) ? make(random) : mutateText(random, make(random)));
const textTarget = (make, run) => ({ make, size: (text) => text.length, run, unsound: unsoundStrokes });

function packedXournal(random) {
  const bytes = encode(changed(xournal)(random));
  if (random.chance(0.4)) return bytes;
  const packed = new Uint8Array(gzipSync(bytes));
  return random.chance(0.5) ? packed : mutateBytes(random, packed);
}

const net = await network({ input: 2, layers: [lstm(3), dense(3)], loss: "ctc", seed: 1 });
const packed = packNet(net.save({ training: false }));

/** Strokes of a page: any shapes, some of them odd. */
const page = (random) =>
  random.times(random.length(40), () => {
    const value = () => (random.chance(0.97) ? random.below(1000) : oddNumber(random));
    return random.times(random.length(12), () => [value(), value()]);
  });

/** Targets by name. */
export const drawings = {
  excalidraw: textTarget(json(excalidraw), readExcalidraw),
  tldraw: textTarget(json(tldraw), readTldraw),
  "svg ink": textTarget(changed(svg), readSvgInk),
  xournal: { make: packedXournal, size: (bytes) => bytes.length, run: readXournal, unsound: unsoundStrokes },
  lines: {
    make: page,
    size: (strokes) => 16 * strokes.flat().length,
    run: (strokes) => ({
      strokes: placeStrokes("fuzz", strokes),
      lines: findLines(placeStrokes("fuzz", strokes)),
    }),
    unsound: ({ strokes, lines }) => {
      const all = lines
        .flat()
        .map(({ index }) => index)
        .sort((a, b) => a - b);
      return all.join() === strokes.map(({ index }) => index).join() ? undefined : "strokes lost or doubled";
    },
  },
  "packed net": {
    make: (random) => mutateBytes(random, packed),
    size: (bytes) => bytes.length,
    run: async (bytes) => {
      const made = await network.load(unpackNet("fuzz", bytes));
      made.dispose();
      return made;
    },
    unsound: () => undefined,
  },
};
