/** SVG as drawing programs write it: arcs, transforms, what is hidden, and what is refused by name. */
import { describe, expect, test } from "vitest";
import { readSvgInk } from "../../../src/handwriting/formats/svg-ink.ts";
import { DataError } from "../../../src/wasm/errors.ts";

type Points = [x: number, y: number][];
const svg = (inside: string): string => `<svg xmlns="http://www.w3.org/2000/svg">${inside}</svg>`;
const read = (inside: string): Points[] => readSvgInk(svg(inside));
/** Points up to rounding, as text. */
const round = (strokes: readonly Points[]): number[][][] =>
  strokes.map((stroke) => stroke.map((point) => point.map((v) => Math.round(v * 1e9) / 1e9 + 0)));
const placed = (attributes: string): number[][] => round(read(`<path ${attributes} d="M1 0L1 2"/>`))[0];

describe("an elliptical arc", () => {
  /** Distances of the points from a center, in radii. */
  const radii = (points: Points, [cx, cy]: [number, number], [rx, ry]: [number, number]): number[] =>
    points.map(([x, y]) => Math.hypot((x - cx) / rx, (y - cy) / ry));

  test("runs along its ellipse, the short way or the long one, to either side", () => {
    for (const [flags, center, middle] of [
      ["0 0", [10, 10], -1],
      ["0 1", [0, 0], 1],
      ["1 0", [0, 0], -1],
      ["1 1", [10, 10], 1],
    ] as const) {
      const [points] = read(`<path d="M10 0A10 10 0 ${flags} 0 10"/>`);
      for (const r of radii(points, [...center], [10, 10])) expect(r, flags).toBeCloseTo(1, 12);
      expect(points[0]).toEqual([10, 0]);
      expect(points.at(-1)).toEqual([0, 10]);
      const [x, y] = points[(points.length - 1) / 2]; // the middle, across the chord
      expect(Math.sign(x + y - 10), flags).toBe(middle);
    }
  });

  test("may be turned, relative, and written without spaces between its flags", () => {
    const [points] = read('<path d="m5 5a4-2 90 01 4 0.0"/>');
    expect(points.at(-1)).toEqual([9, 5]);
    for (const r of radii(points, [7, 5], [2, 4])) expect(r).toBeCloseTo(1, 9);
    expect(points.some(([, y]) => y < 1.01)).toBe(true);
    expect(read('<path d="M0 0a1 1 0 1110 0a1 1 0 0010 0L9 9"/>')[0].at(-1)).toEqual([9, 9]);
  });

  test("too small for its chord grows; without a radius it is a line, without a chord nothing", () => {
    const [grown] = read('<path d="M0 0A1 2 0 0 0 10 0"/>');
    for (const r of radii(grown, [5, 0], [5, 10])) expect(r).toBeCloseTo(1, 12);
    expect(read('<path d="M0 0A0 2 0 0 0 10 0"/>')[0]).toEqual([
      [0, 0],
      [10, 0],
    ]);
    expect(read('<path d="M0 0A2 2 0 0 0 0 0L1 1"/>')[0]).toEqual([
      [0, 0],
      [1, 1],
    ]);
    for (const d of ["M0 0A1 1 0 2 0 1 1", "M0 0A1 1 0 0 0 1", "M0 0A1 1 0 0.5 0 1 1"])
      expect(() => read(`<path d="${d}"/>`), d).toThrow(DataError);
  });
});

describe("a transform", () => {
  test("turns, skews and is a matrix, as an attribute or in a style, which comes first", () => {
    for (const attributes of [
      'transform="rotate(90)"',
      'transform="rotate(90 0,0)"',
      'transform="matrix(0,1-1 0 0 0)"',
      'transform="rotate(100) rotate(-10)"',
      'style="fill:none; transform: rotate(0.25turn)"',
      'style="transform:rotate(100grad)" transform="scale(9)"',
    ])
      expect(placed(attributes), attributes).toEqual([
        [0, 1],
        [-2, 1],
      ]);
    expect(placed('transform="rotate(180 1 1)"')).toEqual([
      [1, 2],
      [1, 0],
    ]);
    expect(placed('transform="skewX(45)"')).toEqual([
      [1, 0],
      [3, 2],
    ]);
    expect(placed('transform="skewY(45)translate(1)"')).toEqual([
      [2, 2],
      [2, 4],
    ]);
    expect(placed('style="transform: translate(3px, 4px) scaleY(2) translateX(1px)"')).toEqual([
      [5, 4],
      [5, 8],
    ]);
    expect(placed('style="transform: rotate(180deg); transform-origin: 1px 1px"')).toEqual([
      [1, 2],
      [1, 0],
    ]);
    expect(placed('style="transform:none" transform="scale(9)"')).toEqual([
      [1, 0],
      [1, 2],
    ]);
  });

  test("of groups and of drawings inside the drawing holds for all that they hold", () => {
    expect(
      round(read('<g transform="translate(5)"><g transform="rotate(90)"><g><line x2="3"/></g></g></g>')),
    ).toEqual([
      [
        [5, 0],
        [5, 3],
      ],
    ]);
    const inner = (more: string): number[][] =>
      round(read(`<svg x="10" y="20" ${more}><line x2="3"/></svg>`))[0];
    expect(inner("")).toEqual([
      [10, 20],
      [13, 20],
    ]);
    expect(inner('width="20" height="40" viewBox="0 0 10 10"')).toEqual([
      [10, 30],
      [16, 30],
    ]);
    expect(inner('width="20" height="40" viewBox="0 0 10 10" preserveAspectRatio="none"')).toEqual([
      [10, 20],
      [16, 20],
    ]);
    expect(() => inner('width="50%" viewBox="0 0 1 1"')).toThrow('width is "50%"');
  });

  test("that is none says what can be", () => {
    for (const transform of [
      "rotate(1 2)",
      "rotate3d(1,1,1,4deg)",
      "turn(3)",
      "skewX(90)",
      "scale(x)",
      "matrix(1)",
    ])
      expect(() => placed(`transform="${transform}"`), transform).toThrow(
        /line 1: the transform .*want matrix, translate, scale, rotate or skew/,
      );
    for (const style of [
      "transform: translate(5%)",
      "rotate: 3deg",
      "transform: scale(2); transform-origin: center",
    ])
      expect(() => placed(`style="${style}"`), style).toThrow(DataError);
  });
});

test("what is not displayed or not visible is no ink", () => {
  const dot = '<line x1="7" x2="7"/>';
  const seen = [
    [
      [0, 0],
      [1, 0],
    ],
  ];
  for (const hidden of [
    `<g display="none"><g style="display:inline">${dot}</g></g>`,
    `<g style="fill: red; display : none !important">${dot}</g>`,
    `<g visibility="hidden"><g>${dot}</g></g>`,
    '<line x1="7" visibility="collapse"/>',
    `<defs>${dot}</defs><foreignObject><svg>${dot}</svg></foreignObject>`,
    `<g display="none"><use href="#a"/></g>`,
  ])
    expect(read(`${hidden}<line x2="1"/>`), hidden).toEqual(seen);
  expect(read('<g visibility="hidden"><line x2="1" visibility="visible"/></g>')).toEqual(seen);
});

test("polygons are closed, points need no spaces, lengths may be in px", () => {
  expect(read('<polygon points="1,2-3.5-4 .5.5"/>')).toEqual([
    [
      [1, 2],
      [-3.5, -4],
      [0.5, 0.5],
      [1, 2],
    ],
  ]);
  expect(read('<line x1="1px" x2="3"/>')).toEqual([
    [
      [1, 0],
      [3, 0],
    ],
  ]);
  const gap = " ".repeat(1e5);
  for (const odd of [
    `<path d="M0 0${gap}?"/>`,
    `<g transform="scale(1)${gap}?"/>`,
    `<polyline points="1${gap}?"/>`,
  ])
    expect(() => read(odd)).toThrow(/line 1: /);
  for (const odd of ['<polyline points="1 2 3"/>', '<polygon points="1 a"/>', '<line x1="5%"/>'])
    expect(() => read(odd), odd).toThrow(/line 1: /);
});

test("references and sheets that would move or hide strokes are refused by name", () => {
  expect(() => read('<use href="#a"/><line x2="1"/>')).toThrow("line 1: a use element");
  expect(() => read('<style>.a { fill: red; transform: scale(2) }</style><line x2="1"/>')).toThrow(
    "a style sheet with transform",
  );
  expect(() => read('<style><![CDATA[#b{display:none}]]></style><line x2="1"/>')).toThrow("display");
  const harmless =
    "/* display:none */ a{text-transform:none;display:inline;transform:none;visibility:visible}";
  expect(read(`<style>${harmless}</style><line x2="1"/>`)).toEqual([
    [
      [0, 0],
      [1, 0],
    ],
  ]);
});
