import { execFileSync } from "node:child_process";
import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { plot, plots, type Mark, type PlotOptions } from "../../src/figures/plot.ts";
import { diagram, onCircle } from "../../src/figures/diagram.ts";
import { mapColor, rasterImage } from "../../src/figures/raster.ts";
import { log10, numberText, scale } from "../../src/figures/scale.ts";
import { panels, svg } from "../../src/figures/svg.ts";
import { terminalPlot } from "../../src/figures/terminal.ts";

/**
 * Throws unless the text is one well-formed element tree with quoted attributes: tags close in order, no bare
 * & or <.
 */
function wellFormed(xml: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  for (const [, close, name, attributes, self] of xml.matchAll(
    /<(\/?)([a-zA-Z]+)((?:\s[a-zA-Z0-9-]+="[^"<&]*(?:&(?:amp|lt|gt|quot);[^"<&]*)*")*)(\/?)>/g,
  )) {
    names.push(name);
    if (close) expect(open.pop()).toBe(name);
    else if (!self) open.push(name);
    expect(attributes).not.toMatch(/NaN|Infinity|undefined/);
  }
  expect(open).toEqual([]);
  expect(xml.replace(/<[^<>]*>/g, "").replace(/&(amp|lt|gt|quot);/g, "")).not.toMatch(/[<>&]/);
  return names;
}

const x = Float64Array.from({ length: 50 }, (_, i) => i + 1);
const everyMark: Mark[] = [
  { kind: "raster", values: x, rows: 5, columns: 10, x: [0, 60], y: [0.5, 60], label: "height & <weight>" },
  { kind: "line", x, y: x, label: "a line" },
  { kind: "line", x, y: x.map((v) => (v === 7 ? NaN : v)), dash: true },
  { kind: "points", x, y: x, label: "points" },
  { kind: "bars", x: [1, 2], y: [3, 4], label: "bars" },
  { kind: "band", x, y: x, y2: x.map((v) => v + 2), label: "band" },
  { kind: "rule", y: 3, label: "rule" },
  { kind: "rule", x: 3 },
  { kind: "text", x: 4, y: 5, text: "here" },
];

test("every kind of mark becomes well-formed SVG, on linear and logarithmic axes", () => {
  for (const log of [false, true]) {
    const drawn = svg(
      plot({
        title: 'A "title" & more',
        note: "What is seen.",
        x: { label: "x" },
        y: { label: "y", log },
        marks: everyMark,
      }),
    );
    const names = wellFormed(drawn);
    expect(drawn, "pages that forbid inline styles show it as it is").not.toContain("style=");
    for (const name of ["path", "circle", "rect", "image", "line", "text"]) expect(names).toContain(name);
  }
});

test("the checker of well-formedness sees a planted error", () => {
  expect(() => wellFormed("<svg><g></svg></g>")).toThrow();
  expect(() => wellFormed("<svg>a & b</svg>")).toThrow();
  expect(() => wellFormed('<svg><rect width="NaN"/></svg>')).toThrow();
});

test("equal data give equal bytes", () => {
  const make = (): string =>
    svg(
      panels([
        plot({ marks: everyMark }),
        diagram({
          nodes: [{ lines: ["a"] }, { lines: ["b"] }],
          edges: [{ from: 0, to: 1, label: "x" }],
          start: 0,
        }),
      ]),
    );
  expect(make()).toBe(make());
});

/** Pixels from where plots begin to their frames, and the widths of these. */
function frames(figure: string): { left: string[]; width: string[] } {
  const frame =
    /<g transform="translate\((\S+) \S+\)">(?:(?!<\/?g)[^])*<rect width="(\S+)" [^>]* fill="none"/g;
  const found = [...figure.matchAll(frame)].filter((one) => Number(one[2]) > 100); // no bars of colors
  return { left: found.map((one) => one[1]), width: found.map((one) => one[2]) };
}

test("axes of plots below each other begin and end at the same places", () => {
  const line = (size: number): PlotOptions => ({ marks: [{ kind: "line", x, y: x.map((v) => size * v) }] });
  const list = [line(0.02), line(1e4), { marks: everyMark.slice(0, 1), y: { label: "height" } }];
  const aligned = frames(svg(plots(list, { title: "Three" })));
  expect(aligned.left).toHaveLength(3);
  expect(new Set(aligned.left).size).toBe(1);
  expect(new Set(aligned.width).size).toBe(1);
  const alone = frames(svg(panels(list.map(plot), { columns: 1 })));
  expect(new Set(alone.left).size).toBe(3);
  expect(aligned.left[0]).toBe(alone.left[1]);
  expect(() => plots([])).toThrow("plots: 0 widths");
  expect(() => plots([line(1), { ...line(1), width: 500 }])).toThrow("plots: 2 widths");
});

test("log10 equals Math.log10 to 2e-15 relative over all magnitudes", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (v) => {
      expect(Math.abs(log10(v) - Math.log10(v))).toBeLessThanOrEqual(
        2e-15 * Math.max(1, Math.abs(Math.log10(v))),
      );
    }),
  );
  expect([log10(1), log10(1000), log10(0), log10(-1)]).toEqual([0, 3, -Infinity, NaN]);
});

test("points on the circle equal sine and cosine to 1e-14", () => {
  fc.assert(
    fc.property(fc.double({ min: -3, max: 3, noNaN: true }), (f) => {
      const p = onCircle(f);
      expect(
        Math.abs(p.x - Math.sin(2 * Math.PI * f)) + Math.abs(p.y + Math.cos(2 * Math.PI * f)),
      ).toBeLessThan(1e-14);
    }),
  );
});

test("a scale holds its data, keeps their order, and its ticks are round and inside", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 20 }),
      fc.boolean(),
      (values, log) => {
        const data = log ? values.map((v) => Math.abs(v) + 1e-9) : values;
        const s = scale({ log }, data, 6);
        for (const v of data) expect(s.place(v)).toSatisfy((p: number) => p >= -1e-9 && p <= 1 + 1e-9);
        expect(s.ticks.length).toBeGreaterThan(0);
        for (const tick of s.ticks)
          expect(s.place(tick.at)).toSatisfy((p: number) => p >= -1e-6 && p <= 1 + 1e-6);
        const sorted = [...data].sort((a, b) => a - b);
        for (let i = 1; i < sorted.length; ++i)
          expect(s.place(sorted[i])).toBeGreaterThanOrEqual(s.place(sorted[i - 1]) - 1e-12);
      },
    ),
  );
});

test("values that are all but equal, or all but zero, still make an axis", () => {
  for (const values of [
    [0, 5e-324],
    [-5e-324, -5e-324],
    [1, 1 + 2e-16],
    [0, 0],
  ]) {
    const { from, to, place } = scale({}, values, 6);
    expect(to).toBeGreaterThan(from);
    for (const v of values) expect(place(v)).toSatisfy((p: number) => p >= 0 && p <= 1);
  }
});

test("ticks are labeled as people write numbers", () => {
  expect(scale({}, [0, 1], 5).ticks.map((t) => t.label)).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1"]);
  expect(scale({ log: true }, [1e-6, 1e6], 5).ticks.map((t) => t.label)).toEqual(
    ["10⁻⁶", "10⁻³", "1", "10³", "10⁶"].map((l) => (l === "10³" ? "1000" : l)),
  );
  expect([numberText(-0.00012), numberText(1234567), numberText(0.5)]).toEqual(["−1.2e−4", "1.235e6", "0.5"]);
});

test(
  "a heat map's image decodes to its cells: right size, right palette places, " + "missing values marked",
  () => {
    const png = Buffer.from(rasterImage([0, 0.5, 1, NaN, 2, -1], 2, 3, "sequential").split(",")[1], "base64");
    expect([...png.subarray(1, 4)].map((c) => String.fromCharCode(c)).join("")).toBe("PNG");
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([3, 2]);
    const at = png.indexOf("IDAT");
    const pixels = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
    expect([...pixels]).toEqual([0, 0, 127, 254, 0, 255, 254, 0]);
    expect(mapColor("diverging", 0.5)).toEqual([247, 247, 245]);
  },
);

test("an image of more than 65535 bytes spans several stored blocks", () => {
  const png = Buffer.from(
    rasterImage(new Float64Array(300 * 400).fill(1), 300, 400, "sequential").split(",")[1],
    "base64",
  );
  const at = png.indexOf("IDAT");
  expect(inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4))).length).toBe(300 * 401);
});

test("text plots stay in their frame and show the shape", () => {
  const lines = terminalPlot(x, x, {
    width: 20,
    height: 6,
    x: { label: "step" },
    y: { label: "loss" },
  }).split("\n");
  expect(lines).toHaveLength(9);
  expect(lines[1].at(-1)).not.toBe("\u2800"); // the largest value, top right
  expect(lines[6].at(-1)).toBe("\u2800");
});

test("a dotted curve has every other column of dots, and widens the axis", () => {
  const flat = [0, 0, 0, 0, 0];
  const text = terminalPlot([1, 2, 3, 4, 5], flat, { width: 10, height: 4, dotted: [[NaN, NaN, 2, 2, 2]] });
  const inside = text
    .split("\n")
    .slice(0, 4)
    .map((row) => row.slice(-10));
  expect(inside[0]).toMatch(/^\u2800{4,5}[\u2801-\u28ff]+$/);
  for (const cell of inside[0].replaceAll("\u2800", ""))
    expect((cell.charCodeAt(0) - 0x2800) & 0b10111000).toBe(0); // nothing in the right half of a cell
});

test("unequal lengths and a logarithmic axis from zero are refused by name", () => {
  expect(() => plot({ marks: [{ kind: "line", x: [1, 2], y: [1], label: "loss" }] })).toThrow(
    'plot: line "loss" has 2 x and 1 y',
  );
  expect(() => plot({ y: { log: true, range: [0, 1], label: "error" }, marks: [] })).toThrow(
    'plot: axis "error" is logarithmic and starts at 0',
  );
  expect(() =>
    plot({ marks: [{ kind: "raster", values: [1], rows: 2, columns: 2, x: [0, 1], y: [0, 1] }] }),
  ).toThrow("plot: raster has 1 values, want 2 x 2 = 4");
});

const renderer = (() => {
  try {
    execFileSync("rsvg-convert", ["--version"]);
    return true;
  } catch {
    return false;
  }
})();
test.skipIf(!renderer)("an SVG renderer draws the figure (skipped where rsvg-convert is missing)", () => {
  const png = execFileSync("rsvg-convert", [], { input: svg(plot({ marks: everyMark })), maxBuffer: 1e8 });
  expect(png.length).toBeGreaterThan(5000);
});

test("a series with a color of its own leaves the next color to the next one", () => {
  const line = (color?: string): Mark => ({
    kind: "line",
    x: [0, 1],
    y: [0, 1],
    ...(color ? { color } : {}),
  });
  const { body } = plot({ marks: [line(), line("#123456"), line()] });
  const strokes = [...body.matchAll(/<path[^>]* stroke="(#[0-9a-f]{6})"/g)].map(([, stroke]) => stroke);
  expect(strokes).toEqual(["#0b66b0", "#123456", "#d1500f"]);
});

test("a document says in words what it shows: title, sentence, axes and series", () => {
  const figure = plot({
    title: "Loss & time",
    note: "It falls.",
    x: { label: "step" },
    y: { label: "nats", log: true },
    marks: [{ kind: "line", x: [1, 2], y: [1, 2], label: "net" }],
  });
  const text = svg(figure);
  expect(wellFormed(text)).toContain("desc");
  expect(text).toContain("<title>Loss &amp; time</title>");
  expect(text).toContain("<desc>It falls. Across: step. Up: nats, logarithmic. Shown: net.</desc>");
  expect(svg(panels([figure, figure], { title: "Two" }))).toMatch(
    /<title>Two<\/title>\n<desc>Loss &amp; time/,
  );
  const machine = diagram({
    title: "Latch",
    nodes: [{ lines: ["off"] }, { lines: ["on"] }],
    edges: [{ from: 0, to: 1, label: "set" }],
    start: 0,
  });
  expect(svg(machine)).toContain("<desc>Start: off. off: on set to on.</desc>");
});
