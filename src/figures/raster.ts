/**
 * Heat maps as images inside SVG: values to 256 colors, one palette byte a cell, an uncompressed PNG (RFC
 * 2083, RFC 1950) as a data address.
 */

/** Colors from low to high as red, green, blue; equal steps look equal and print well in gray. */
const anchors = {
  sequential: [
    [252, 253, 246],
    [222, 236, 205],
    [158, 208, 186],
    [85, 166, 179],
    [45, 113, 161],
    [42, 60, 122],
    [24, 20, 62],
  ],
  diverging: [
    [33, 76, 145],
    [84, 143, 196],
    [172, 206, 227],
    [247, 247, 245],
    [246, 190, 160],
    [215, 110, 82],
    [150, 26, 40],
  ],
} as const;
/** sequential: from light to dark; diverging: blue over white to red, for values with a middle. */
export type ColorMap = keyof typeof anchors;

/** The color at a place in [0, 1] of a map, as three bytes. */
export function mapColor(map: ColorMap, place: number): [number, number, number] {
  const table = anchors[map];
  const x = Math.min(Math.max(place, 0), 1) * (table.length - 1);
  const i = Math.min(Math.floor(x), table.length - 2);
  const mix = (k: number): number => Math.round(table[i][k] + (x - i) * (table[i + 1][k] - table[i][k]));
  return [mix(0), mix(1), mix(2)];
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; ++k) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = crcTable[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return (b * 65536 + a) >>> 0;
}

const word = (value: number): number[] => [
  value >>> 24,
  (value >>> 16) & 255,
  (value >>> 8) & 255,
  value & 255,
];

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Uint8Array.from([...Array.from(type, (c) => c.charCodeAt(0)), ...data]);
  return Uint8Array.from([...word(data.length), ...body, ...word(crc32(body))]);
}

/** zlib form of the bytes in stored (uncompressed) blocks of at most 65535. */
function stored(bytes: Uint8Array): Uint8Array {
  const blocks: number[] = [0x78, 0x01];
  for (let from = 0; from < bytes.length || from === 0; from += 65535) {
    const part = bytes.subarray(from, from + 65535);
    const last = from + 65535 >= bytes.length ? 1 : 0;
    blocks.push(last, part.length & 255, part.length >> 8, ~part.length & 255, (~part.length >> 8) & 255);
    for (const byte of part) blocks.push(byte);
  }
  return Uint8Array.from([...blocks, ...word(adler32(bytes))]);
}

/**
 * A PNG of rows × columns cells as a data address. places [rows*columns]: where each cell lies on the map, 0
 * to 1, the first row on top; a value that is not finite becomes light gray.
 */
export function rasterImage(places: ArrayLike<number>, rows: number, columns: number, map: ColorMap): string {
  const pixels = new Uint8Array(rows * (columns + 1)); // a filter byte, 0, before each row
  for (let r = 0; r < rows; ++r)
    for (let c = 0; c < columns; ++c) {
      const place = places[r * columns + c];
      pixels[r * (columns + 1) + c + 1] = Number.isFinite(place)
        ? Math.round(Math.min(Math.max(place, 0), 1) * 254)
        : 255;
    }
  const palette = [...Array.from({ length: 255 }, (_, i) => mapColor(map, i / 254)).flat(), 225, 229, 233];
  const parts = [
    Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", Uint8Array.from([...word(columns), ...word(rows), 8, 3, 0, 0, 0])),
    chunk("PLTE", Uint8Array.from(palette)),
    chunk("IDAT", stored(pixels)),
    chunk("IEND", new Uint8Array(0)),
  ];
  let binary = "";
  for (const part of parts) for (const byte of part) binary += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(binary)}`;
}
