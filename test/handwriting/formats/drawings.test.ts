/** Ink of drawing programs: the same strokes whichever program kept them, and faults that are named. */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { memoryFolder } from "../../../src/formats/folder.ts";
import { readExcalidraw, readTldraw } from "../../../src/handwriting/formats/drawings.ts";
import { readInkML, readInkMLFile } from "../../../src/handwriting/formats/inkml.ts";
import { pointerStrokes } from "../../../src/handwriting/formats/pointer-events.ts";
import { readSvgInk } from "../../../src/handwriting/formats/svg-ink.ts";
import { readUnipenFile } from "../../../src/handwriting/formats/unipen.ts";
import { writeInkML } from "../../../src/handwriting/formats/write-inkml.ts";
import { readXournal } from "../../../src/handwriting/formats/xournal.ts";
import { pointsOf } from "../../../src/handwriting/ink.ts";
import { DataError } from "../../../src/wasm/errors.ts";

const strokes: [number, number][][] = [
  [
    [10, 20],
    [30, 25],
    [31, 60],
  ],
  [[12, 5]],
  [
    [40, 40],
    [80, 44],
  ],
];
const from =
  ([x, y]: [number, number]) =>
  ([u, v]: [number, number]) => [u - x, v - y];

const excalidraw = JSON.stringify({
  type: "excalidraw",
  elements: [
    { type: "rectangle", x: 0, y: 0 },
    { type: "freedraw", x: 1, y: 1, points: [[0, 0]], isDeleted: true },
    ...strokes.map((points) => ({
      type: "freedraw",
      x: points[0][0],
      y: points[0][1],
      points: points.map(from(points[0])),
    })),
  ],
});
const tldraw = JSON.stringify({
  records: [
    { typeName: "shape", type: "group", id: "shape:g", parentId: "page:p", x: 5, y: -5 },
    ...strokes.map((points, i) => ({
      typeName: "shape",
      type: "draw",
      id: `shape:${i}`,
      parentId: "shape:g",
      x: 1,
      y: 2,
      props: {
        segments: [{ type: "free", points: points.map(([x, y]) => ({ x: x - 6, y: y + 3, z: 0.5 })) }],
      },
    })),
  ],
});
const xournal = `<?xml version="1.0"?><xournal><page width="9" height="100"><layer>
${strokes.map((points) => `<stroke tool="pen" width="1.4">${points.flat().join(" ")}</stroke>`).join("\n")}
<stroke tool="highlighter">1 2 3 4</stroke></layer></page></xournal>`;
const svg = `<svg xmlns="http://www.w3.org/2000/svg"><defs><path d="M0 0L9 9"/></defs>
<g transform="translate(10,10) scale(2)"><path d="M0 5l10 2.5L10.5 25"/>
<line x1="1" y1="-2.5" x2="1" y2="-2.5"/>
<polyline points="15,15 35,17"/></g></svg>`;

describe("strokes", () => {
  test("are the same from Excalidraw, tldraw and Xournal++, zipped or not", async () => {
    expect(readExcalidraw(excalidraw)).toEqual(strokes);
    expect(readTldraw(tldraw)).toEqual(strokes);
    const bytes = new TextEncoder().encode(xournal);
    expect(await readXournal(bytes)).toEqual(strokes);
    expect(await readXournal(gzipSync(bytes))).toEqual(strokes);
  });

  test("of a second page stand below those of the first", async () => {
    const two = xournal.replace(
      "</xournal>",
      '<page height="7"><stroke tool="pen">1 2</stroke></page></xournal>',
    );
    expect((await readXournal(new TextEncoder().encode(two))).at(-1)).toEqual([[1, 102]]);
  });

  test("of SVG stand under its transforms, and what is only defined is not drawn", () => {
    const dot = strokes[1][0];
    expect(readSvgInk(svg)).toEqual([strokes[0], [dot, dot], strokes[2]]);
  });

  test("of a curve end where the curve ends, and a straight one is straight", () => {
    const [curve] = readSvgInk(
      '<svg><path d="M0,0C10,10,20,20,30,30s20,20,30,30Q70 70 80 80t20,20z"/></svg>',
    );
    expect(curve).toHaveLength(1 + 4 * 8 + 1);
    for (const [x, y] of curve) expect(x).toBeCloseTo(y, 9);
    expect(curve.at(-2)).toEqual([100, 100]);
    expect(curve.at(-1)).toEqual([0, 0]);
  });

  test("written as InkML are read back, with what they say", async () => {
    const text = 'a <b> & "c"';
    const folder = memoryFolder("test", { "a.inkml": writeInkML(strokes, { text }) });
    const ink = await readInkML(folder, "a.inkml");
    expect(ink.text).toBe(text);
    expect(ink.points).toEqual(pointsOf(strokes));
    const xml = writeInkML(strokes, { text });
    const bytes = new TextEncoder().encode(xml);
    for (const content of [xml, bytes, bytes.buffer])
      expect(readInkMLFile(content)).toEqual({ strokes, text });
    expect(readInkMLFile(writeInkML(strokes))).toEqual({ strokes, text: "" });
    expect(() => writeInkML(strokes, { text: "\0" })).toThrow(DataError);
  });

  test("of a UNIPEN file are those of its labeled segments, or all", async () => {
    const downs = strokes.map((points) => `.PEN_DOWN\n${points.map(([x, y]) => `${x} ${-y}`).join("\n")}`);
    const ink = `.COORD X Y\n${downs.join("\n.PEN_UP\n")}\n.PEN_UP\n`;
    expect(await readUnipenFile(ink)).toEqual([{ strokes, text: "" }]);
    const labeled = `${ink}.SEGMENT WORD 0-1 OK "it"\n.SEGMENT WORD 2 OK "-"\n.SEGMENT TEXT 0-2 OK "it -"\n`;
    expect(await readUnipenFile(new TextEncoder().encode(labeled))).toEqual([
      { strokes: strokes.slice(0, 2), text: "it" },
      { strokes: strokes.slice(2), text: "-" },
    ]);
    expect(await readUnipenFile(labeled, { level: "TEXT" })).toEqual([{ strokes, text: "it -" }]);
    await expect(readUnipenFile(`.INCLUDE a.dat\n`)).rejects.toThrow("line 1: .INCLUDE a.dat");
    await expect(readUnipenFile("hello")).rejects.toThrow("no strokes");
    await expect(readUnipenFile(labeled, { level: 3 } as never)).rejects.toThrow("level is 3");
  });

  test("of two pointers at once are two, moves that were joined included", () => {
    const event = (type: string, pointerId: number, clientX: number, joined: number[] = []) => ({
      type,
      pointerId,
      clientX,
      clientY: 0,
      getCoalescedEvents: () => joined.map((x) => event("pointermove", pointerId, x)),
    });
    const events = [
      event("pointermove", 1, 99),
      event("pointerdown", 1, 0),
      event("pointerdown", 2, 50),
      event("pointermove", 1, 3, [1, 2, 3]),
      event("pointerup", 1, 3),
      event("pointermove", 1, 99),
      event("pointermove", 2, 51),
      event("pointercancel", 2, 51),
    ];
    expect(pointerStrokes(events as never)).toEqual([
      [
        [0, 0],
        [1, 0],
        [2, 0],
        [3, 0],
      ],
      [
        [50, 0],
        [51, 0],
      ],
    ]);
  });
});

describe("a turned drawing", () => {
  /** Points to some digits: a turn is not exact. */
  const near = (found: [number, number][][], wanted: [number, number][]): void =>
    found[0].forEach(([x, y], i) => {
      expect(x).toBeCloseTo(wanted[i][0], 9);
      expect(y).toBeCloseTo(wanted[i][1], 9);
    });
  const draw = (more: object, props: object): string => {
    const record = { typeName: "shape", type: "draw", id: "a", x: 10, y: 20, ...more, props };
    return JSON.stringify({ document: { store: { a: record } } });
  };
  const points = [
    { x: 0, y: 0 },
    { x: 100, y: 50 },
  ];

  test("of Excalidraw is turned about its middle", () => {
    const element = {
      type: "freedraw",
      x: 0,
      y: 0,
      angle: Math.PI / 2,
      points: [
        [0, 0],
        [100, 0],
      ],
    };
    near(readExcalidraw(JSON.stringify({ elements: [element] })), [
      [50, -50],
      [50, 50],
    ]);
  });

  test("of tldraw is scaled and turned about its place, also in a snapshot", () => {
    const props = { segments: [{ type: "free", points }], scaleX: 2, scaleY: -1 };
    near(readTldraw(draw({ rotation: Math.PI / 2 }, props)), [
      [10, 20],
      [60, 220],
    ]);
    near(readTldraw(draw({ rotation: Math.PI }, { segments: [{ type: "free", points }] })), [
      [10, 20],
      [-90, -30],
    ]);
  });

  test("of tldraw may keep its points in base64, with pressure or without", () => {
    // 1.5, -2, (.5); then differences 1, -2, (0) and .5, 1024, (0) in half precision
    const floats = (...values: number[]): number[] => [...new Uint8Array(Float32Array.from(values).buffer)];
    const halves = (...bits: number[]): number[] => [...new Uint8Array(Uint16Array.from(bits).buffer)];
    const path = (bytes: number[]): string => btoa(String.fromCharCode(...bytes));
    const flat = path([...floats(1.5, -2), ...halves(0x3c00, 0xc000, 0x3800, 0x6400)]);
    const deep = path([...floats(1.5, -2, 0.5), ...halves(0x3c00, 0xc000, 0, 0x3800, 0x6400, 0)]);
    const wanted = [
      [11.5, 18],
      [12.5, 16],
      [13, 1040],
    ];
    expect(readTldraw(draw({}, { segments: [{ type: "free", path: flat, dim: 2 }] }))).toEqual([wanted]);
    expect(readTldraw(draw({}, { segments: [{ type: "free", path: deep }] }))).toEqual([wanted]);
    // the older form: float16 alone, each point from the shape's place
    const older = path(halves(0x3e00, 0xc000, 0x3800, 0x4100, 0x6400, 0));
    expect(readTldraw(draw({}, { segments: [{ type: "free", points: older }] }))).toEqual([
      [
        [11.5, 18],
        [12.5, 1044],
      ],
    ]);
    for (const broken of ["?", "AAAA"])
      expect(() => readTldraw(draw({}, { segments: [{ type: "free", points: broken }] }))).toThrow(DataError);
    for (const broken of ["?", "AAAA", deep.slice(0, -4)])
      expect(() => readTldraw(draw({}, { segments: [{ type: "free", path: broken }] }))).toThrow(DataError);
  });
});

test("what is neither text nor bytes, and no event, is told", async () => {
  for (const given of [undefined, null, 5, {}, [1]]) {
    for (const read of [readExcalidraw, readTldraw, readSvgInk, readInkMLFile, pointerStrokes] as const)
      if (read !== pointerStrokes || !Array.isArray(given))
        expect(() => read(given as never), `${read.name} ${String(given)}`).toThrow(DataError);
    for (const read of [readXournal, readUnipenFile])
      await expect(read(given as never), read.name).rejects.toThrow("await file.arrayBuffer()");
  }
  expect(() => pointerStrokes([null] as never)).toThrow("event 0 is null");
  expect(() => pointerStrokes([{ type: "pointerdown", offsetX: 1, offsetY: 2 }] as never)).toThrow(
    "event 0: a point (undefined, undefined), want two numbers as clientX and clientY",
  );
  expect(await readXournal(xournal)).toEqual(strokes);
  expect(await readXournal(new TextEncoder().encode(xournal).buffer)).toEqual(strokes);
});

test("files that are none, or say what cannot be, are DataErrors", async () => {
  const texts: Record<string, (text: string) => unknown> = { readExcalidraw, readTldraw, readSvgInk };
  for (const read of Object.values(texts)) {
    for (const text of [
      "",
      "{}",
      "[]",
      "<svg/>",
      '{"elements":[]}',
      '{"records":[{"typeName":"shape"}]}',
      "<a>",
    ])
      expect(() => read(text), text).toThrow(DataError);
  }
  for (const d of ["L0 0", "M0", "M0 0L1 x", "M0 0 1e300 0", "M0 0z3"])
    expect(() => readSvgInk(`<svg><path d="${d}"/></svg>`), d).toThrow(DataError);
  expect(() => readSvgInk('<svg><g transform="rotate3d(3)"><path d="M0 0L1 1"/></g></svg>')).toThrow(
    "rotate3d",
  );
  const round = {
    records: [{ typeName: "shape", type: "draw", id: "a", parentId: "a", x: 0, y: 0, props: {} }],
  };
  expect(() => readTldraw(JSON.stringify(round))).toThrow("inside each other");
  await expect(readXournal(gzipSync(" ".repeat(1 << 21)))).rejects.toThrow("unpack to more than 1048576");
  const broken = [gzipSync("x").subarray(0, 12), gzipSync("<xournal/>"), new Uint8Array(3)];
  for (const bytes of [
    ...broken,
    new TextEncoder().encode('<xournal><page height="1"><stroke>1 2 3</stroke></page></xournal>'),
  ])
    await expect(readXournal(bytes)).rejects.toThrow(DataError);
});
