/** Valid samples made invalid: bytes, texts and JSON values changed in a few places. */

// prettier-ignore
const NUMBERS = [
  "0", "-0", "-1", "1", "2", "0.5", "1e999", "-1e999", "NaN", "Infinity", "1e308", "1e-320",
  "4294967296", "2147483648", "9007199254740993", "200000000", "0x10", "1,5", "1.234,5", "--1",
  "1e", ".", "00012", "1_000", "٣",
];
// prettier-ignore
const TOKENS = [
  "\0", "\n", "\r", "\r\n", " ", "\t", '"', "'", '""', "\\", "&", "&amp;", "&#x110000;",
  "&constructor;", "<", ">", "</", "/>", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>",
  "<!DOCTYPE x [", "=", ":", ";", ",", ".", "-", "#", "[", "]", "{", "}", "null", "true",
  "__proto__", "constructor", "toString", "\ufeff", "\u2028", "é", "😀", "../", "//",
];
// prettier-ignore
const VALUES = [
  null, true, false, 0, -0, -1, 1, 2, 0.5, 1e308, 1e15, 2 ** 31, 2 ** 32, 2 ** 53, 1e-320, "", "1",
  "x", "NaN", [], {}, [[]], [1], { length: 1e9 }, { 0: [1], length: 1e9 }, "constructor", "__proto__", [null],
  "a".repeat(1000),
];

const BYTES = [0, 1, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x3c, 0x7f, 0x80, 0xc0, 0xed, 0xf4, 0xfe, 0xff];

function changeBytes(random, bytes) {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + random.length(64));
  const parts = {
    set: () => [bytes.subarray(0, at), [random.pick(BYTES)], bytes.subarray(at + 1)],
    flip: () => [bytes.subarray(0, at), [(bytes[at] ?? 0) ^ (1 << random.below(8))], bytes.subarray(at + 1)],
    remove: () => [bytes.subarray(0, at), bytes.subarray(end)],
    repeat: () => [bytes.subarray(0, end), bytes.subarray(at)],
    cut: () => [bytes.subarray(0, at)],
    insert: () => [
      bytes.subarray(0, at),
      random.times(random.length(16), () => random.below(256)),
      bytes.subarray(at),
    ],
  };
  return Uint8Array.from(parts[random.pick(Object.keys(parts))]().flatMap((part) => [...part]));
}

/** Bytes with one to eight changes. */
export function mutateBytes(random, bytes) {
  let out = bytes;
  for (let n = 1 + random.below(8); n > 0; --n) out = changeBytes(random, out);
  return out;
}

function changeText(random, text) {
  const at = random.below(text.length + 1);
  const end = Math.min(text.length, at + random.length(64));
  const many = random.chance(0.02) ? 20_000 : 40;
  const changes = {
    insert: () => text.slice(0, at) + random.pick(TOKENS).repeat(random.length(many)) + text.slice(at),
    number: () => text.slice(0, at) + text.slice(at).replace(/\d+/, () => random.pick(NUMBERS)),
    remove: () => text.slice(0, at) + text.slice(end),
    repeat: () => text.slice(0, at) + text.slice(at, end).repeat(random.length(many)) + text.slice(end),
    move: () => text.slice(0, at) + text.slice(end) + text.slice(at, end),
    cut: () => text.slice(0, at),
    lines: () => text.replaceAll("\n", random.pick(["\r", "\r\n", "\n\n"])),
  };
  return changes[random.pick(Object.keys(changes))]();
}

/** A text with one to six changes. */
export function mutateText(random, text) {
  let out = text;
  for (let n = 1 + random.below(6); n > 0 && out.length < 1 << 20; --n) out = changeText(random, out);
  return out;
}

/** A value that hardly anything wants. */
export const oddValue = (random) => random.pick(VALUES);

/** A number that few want. */
export const oddNumber = (random) =>
  Number(random.pick(NUMBERS.filter((n) => !Number.isNaN(Number(n)) || n === "NaN")));

/** A value of JSON with one change somewhere inside. */
export function mutateValue(random, value) {
  const keys = value !== null && typeof value === "object" ? Object.keys(value) : [];
  if (keys.length === 0 || random.chance(0.15)) return oddValue(random);
  const key = random.pick(keys);
  const copy = Array.isArray(value) ? [...value] : { ...value };
  const change = random.below(8);
  if (change === 0 && Array.isArray(value)) copy.splice(Number(key), 1);
  else if (change === 0) delete copy[key];
  else if (change === 1 && Array.isArray(value))
    copy.splice(random.below(copy.length + 1), 0, oddValue(random));
  else if (change === 1) copy[random.pick(["x", "length", "constructor", key])] = oddValue(random);
  else copy[key] = mutateValue(random, copy[key]);
  return copy;
}

/** A value of JSON with one to four changes. */
export function mutateJson(random, value) {
  let out = value;
  for (let n = 1 + random.below(4); n > 0; --n) out = mutateValue(random, out);
  return out;
}

/** A file of tensors: its bytes changed, or its header, or the spec in its header. */
export function mutateTensors(random, bytes) {
  if (random.chance(0.25)) return mutateBytes(random, bytes);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const data = bytes.subarray(8 + length);
  let header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  if (random.chance(0.3)) header = mutateJson(random, header);
  else {
    const spec = mutateJson(random, JSON.parse(header.__metadata__.spec));
    header.__metadata__ = { ...header.__metadata__, spec: JSON.stringify(spec) ?? "" };
  }
  const text = new TextEncoder().encode(JSON.stringify(header) ?? "");
  const out = new Uint8Array(8 + text.length + data.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
  out.set(text, 8);
  out.set(random.chance(0.1) ? mutateBytes(random, data).subarray(0, data.length) : data, 8 + text.length);
  return out;
}
