/** Ink of drawing programs, strokes of applications, and packed nets as targets. */
import { gzipSync } from "node:zlib";
import { dense, lstm, network } from "../../dist/index.js";
import { readExcalidraw, readTldraw } from "../../dist/handwriting/formats/drawings.js";
import { readInkMLFile } from "../../dist/handwriting/formats/inkml.js";
import { readSvgInk } from "../../dist/handwriting/formats/svg-ink.js";
import { readUnipenFile } from "../../dist/handwriting/formats/unipen.js";
import { readXournal } from "../../dist/handwriting/formats/xournal.js";
import { findLines } from "../../dist/handwriting/reader/lines.js";
import { packNet, unpackNet } from "../../dist/handwriting/reader/packed-net.js";
import { placeStrokes } from "../../dist/handwriting/reader/strokes.js";
import { inkml, unipen } from "./grammars.js";
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

/** Points in base64: float32 of the first, then float16 differences; any bits. */
function path(random, dim) {
  const count = random.length(20);
  const odd = random.chance(0.1) ? random.below(4) : 0;
  const bytes = random.times(4 * dim + 2 * dim * count + odd, (i) => (i < 4 * dim ? 0 : random.below(256)));
  return btoa(String.fromCharCode(...bytes));
}

function segment(random) {
  if (random.chance(0.5))
    return { points: points(random, () => ({ x: random.below(9), y: random.below(9) })) };
  if (random.chance(0.2)) return { points: path(random, 3) };
  const dim = random.pick([2, 3]);
  return { type: "free", path: path(random, dim), ...(dim === 3 && random.chance(0.8) ? {} : { dim }) };
}

function tldraw(random) {
  const records = random.times(1 + random.below(5), (i) => ({
    typeName: "shape",
    type: random.pick(["draw", "draw", "group"]),
    id: `s${i}`,
    parentId: `s${random.below(12)}`,
    x: random.below(100),
    y: random.below(100),
    rotation: random.pick([undefined, 0, 1, -9]),
    props: {
      scaleX: random.pick([undefined, 1, -2]),
      segments: random.times(1 + random.below(2), () => segment(random)),
    },
  }));
  if (random.chance(0.5)) return { records };
  const store = Object.fromEntries(records.map((record) => [record.id, record]));
  return random.pick([{ store }, { document: { store } }]);
}

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
      `A${n()} 9 ${n()} 0 1 ${n()} 7`,
      `a1 2 3 01${n()}.5.5`,
      "z",
    ]);
  const transform = random.pick([
    "scale(2)",
    "translate(3,4)",
    "matrix(1 0 0 1 5 6)",
    "rotate(4 1 2)",
    "skewX(9)",
  ]);
  const placed = random.pick([
    `transform="${transform}"`,
    `style="transform:rotate(${n()}grad);transform-origin:1px 2px"`,
    `visibility="${random.pick(["hidden", "visible"])}"`,
    'style="display:none"',
  ]);
  const drawn = `<path d="M${n()} ${n()}${points(random, command).join("")}"/>`;
  const others = '<line x2="4"/><polyline points="1,2 3,4"/><polygon points="1-2.5.5 3"/>';
  const inner = random.pick([
    drawn,
    `<svg x="${n()}" width="4" height="${n()}" viewBox="0 0 ${n()} 4">${drawn}</svg>`,
    `<defs>${drawn}</defs>`,
    random.chance(0.1) ? "<use/>" : "<style>a{fill:red}</style>",
  ]);
  return `<svg><g ${placed}><g transform="${transform}">${inner}${others}</g>${drawn}</g></svg>`;
}

/** What is wrong with strokes; undefined where nothing is. */
function unsoundStrokes(strokes) {
  if (strokes.length === 0 || strokes.some((stroke) => stroke.length === 0))
    return "no strokes, or an empty one";
  const odd = strokes.flat(2).find((value) => !(Math.abs(value) <= 1e9));
  return odd === undefined ? undefined : `a coordinate ${odd}`;
}

const unsoundPieces = (pieces) => {
  if (pieces.length === 0) return "no pieces";
  for (const { strokes, text } of pieces)
    if (typeof text !== "string" || unsoundStrokes(strokes)) return unsoundStrokes(strokes) ?? `text ${text}`;
  return undefined;
};

const json = (make) => (random) => {
  const text = JSON.stringify(random.chance(0.6) ? mutateJson(random, make(random)) : make(random)) ?? "";
  return random.chance(0.2) ? mutateText(random, text) : text;
};
const changed = (make) => (random) => (random.chance(0.2) ? make(random) : mutateText(random, make(random)));
const textTarget = (make, run) => ({ make, size: (text) => text.length, run, unsound: unsoundStrokes });

/** Much in few bytes: as much as is read, or more, of one thing over and over. */
function bomb(random) {
  const once = random.pick([" ", "1 ", "1 2 ", "</a>", "&#32;", "<!---->", "<page height='1'/>"]);
  const text = once.repeat(2 ** (12 + random.below(14)) / once.length);
  const inside = random.chance(0.5) ? `<stroke>${text}</stroke>` : text;
  return new Uint8Array(gzipSync(`<xournal><page height="9">${inside}</page></xournal>`));
}

function packedXournal(random) {
  const bytes = encode(changed(xournal)(random));
  if (random.chance(0.4)) return bytes;
  if (random.chance(0.01)) return bomb(random);
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

/** Text of a grammar as it is, or as bytes, which need be no UTF-8. */
const content = (grammar) => (random) => {
  const text = changed(grammar)(random);
  if (random.chance(0.5)) return text;
  return random.chance(0.5) ? encode(text) : mutateBytes(random, encode(text));
};

/** Targets by name. */
export const drawings = {
  "inkml file": {
    make: content(inkml),
    size: ({ length }) => length,
    run: (file) => [readInkMLFile(file)],
    unsound: unsoundPieces,
  },
  "unipen file": {
    make: content(unipen),
    size: ({ length }) => length,
    run: (file) => readUnipenFile(file),
    unsound: unsoundPieces,
  },
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
