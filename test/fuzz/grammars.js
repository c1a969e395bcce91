/** Texts in the formats that readers take, valid for the most part: tables, XML, ink and its folders. */
import { oddNumber } from "./mutate.js";

const digits = (random) =>
  random.chance(0.997) ? String(random.below(2000) - 1000) : String(oddNumber(random));
const list = (random, limit, make, separator) => random.times(1 + random.length(limit), make).join(separator);
const maybe = (random, p, text) => (random.chance(p) ? text : "");

/** A table of numbers. */
export function csv(random) {
  const separator = random.pick([",", ";", "\t", " "]);
  const end = random.pick(["\n", "\r\n", "\r"]);
  const columns = 1 + random.length(6);
  const cell = () => {
    const number = digits(random);
    return random.pick([number, number, number, `"${number}"`, "NA", "", `${number},5`, "2020-01-02", "a b"]);
  };
  const row = () => random.times(columns, cell).join(separator);
  const head = random.times(columns, () => random.pick(["value", "date", "x", "1", ""])).join(separator);
  return (
    maybe(random, 0.1, "\ufeff") +
    maybe(random, 0.1, `# made by hand${end}`) +
    maybe(random, 0.1, `sep=${separator}${end}`) +
    maybe(random, 0.7, head + end) +
    list(random, 40, () => (random.chance(0.05) ? "" : row()), end)
  );
}

/** One value of a trace; booleans only where they do no harm. */
function traceValue(random, isPlace) {
  const mark = random.pick(["", "", "", "'", '"', "!"]);
  return random.pick([mark + digits(random), mark + digits(random), "*", isPlace ? "#1F" : "T"]);
}

function trace(random, channels, reference) {
  const point = () => channels.map((name) => traceValue(random, name === "X" || name === "Y")).join(" ");
  const type = maybe(random, 0.2, ` type="${random.pick(["penUp", "penDown"])}"`);
  return `<trace xml:id="t"${reference}${type}>${list(random, 30, point, ",")}</trace>`;
}

/** InkML. */
export function inkml(random) {
  const channels = random.pick([
    ["X", "Y"],
    ["Y", "X"],
    ["T", "X", "Y"],
    ["X", "Y", "F"],
  ]);
  const format = `<traceFormat>${channels.map((name) => `<channel name="${name}"/>`).join("")}</traceFormat>`;
  const context = `<context xml:id="a">${format}</context>`;
  const [declaration, reference] = random.pick([
    [format, ""],
    [context, maybe(random, 0.5, ' contextRef="#a"')],
    [`<definitions>${context}</definitions>`, ' contextRef="#a"'],
  ]);
  const truth = () => `<annotation type="${random.pick(["truth", "label", "x"])}">a &lt; b</annotation>`;
  const group = (inside) => `<traceGroup>${inside}${maybe(random, 0.5, truth())}</traceGroup>`;
  const strokes = random.times(1 + random.below(4), () => {
    const one = trace(random, channels, reference);
    return random.chance(0.3) ? group(one) : one;
  });
  return (
    maybe(random, 0.3, '<?xml version="1.0" encoding="UTF-8"?>\n') +
    '<ink xmlns="http://www.w3.org/2003/InkML">\n' +
    declaration +
    maybe(random, 0.8, truth()) +
    maybe(random, 0.1, "<!-- & --><![CDATA[x]]>") +
    strokes.join("\n") +
    "</ink>"
  );
}

/** UNIPEN. */
export function unipen(random) {
  const strokes = 1 + random.below(6);
  const names = random.pick([
    ["X", "Y"],
    ["T", "X", "Y"],
  ]);
  const point = () => names.map(() => digits(random)).join(" ");
  const points = () => list(random, 20, point, "\n");
  const segment = () => {
    const from = random.below(strokes);
    return (
      `.SEGMENT WORD ${from}-${from + random.below(strokes - from)} OK ` +
      `"${random.pick(["a", 'b\\"c', "é"])}"`
    );
  };
  return [
    ".VERSION 1.0",
    maybe(random, names.length === 2 ? 0.7 : 1, `.COORD ${names.join(" ")}`),
    ".WRITER_ID w1",
    maybe(random, 0.05, `.INCLUDE ${random.pick(["b.dat", "../a", "a.dat"])}`),
    ...random.times(strokes, () => `.PEN_DOWN\n${points()}\n.PEN_UP`),
    ...random.times(1 + random.below(3), segment),
  ].join(random.pick(["\n", "\n", "\r\n", "\r"]));
}

/** A line of IAM-OnDB. */
export function iamStrokes(random) {
  const point = () => `<Point x="${digits(random)}" y="${digits(random)}" time="1.5"/>`;
  const stroke = () => `<Stroke colour="black">${list(random, 10, point, "\n")}</Stroke>`;
  return (
    '<?xml version="1.0" encoding="ISO-8859-1"?>\n<WhiteboardCaptureSession><StrokeSet>' +
    list(random, 4, stroke, "") +
    "</StrokeSet></WhiteboardCaptureSession>"
  );
}

/** What `index.json` says, and the bytes of `ink.bin`. */
export function inkFolder(random) {
  let off = 0;
  const items = random.times(1 + random.below(5), (i) => {
    const n = 1 + random.below(10);
    const item = {
      id: `s${i}`,
      off,
      n,
      x0: 5,
      y0: -3,
      text: random.pick(["a", "bc", ""]),
      w: random.below(2),
    };
    off += n;
    return item;
  });
  const writers = [
    { id: "w0", split: "train" },
    { id: "w1", split: "valid" },
  ];
  const ink = new Int16Array(3 * off).map((_, i) =>
    i % 3 === 2 ? random.below(2) : random.below(200) - 100,
  );
  return { index: { name: "fuzz", alphabet: "abc", writers, items }, ink: new Uint8Array(ink.buffer) };
}
