/**
 * Zip archives (PKWARE APPNOTE 6.3): members stored or deflated, as .npz, .pt and .keras files are. Reading
 * is bounded: no member may be larger than its directory says, nor the directory say more than deflate can
 * make of the bytes there are, nor all members together more than MAX_BYTES.
 */
import { DataError, OptionError } from "../wasm/errors.ts";
import { concatBytes, textOf, utf8 } from "./bytes.ts";

/** All members together; more is refused before anything is unpacked. */
const MAX_BYTES = 2 ** 31;
const MAX_MEMBERS = 65535;
/** Deflate makes at most 1032 bytes of one. */
const MAX_RATIO = 1032;

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const STORED = 0;
const DEFLATED = 8;
/** The time stamp of members: 1 January 1980, the first that the format knows. */
const DATE = 0x21;

interface Member {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; ++k) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32 of IEEE 802.3. */
function crc32(bytes: Uint8Array): number {
  let c = -1;
  for (let i = 0; i < bytes.length; ++i) c = crcTable[(c ^ bytes[i]) & 255] ^ (c >>> 8);
  return ~c >>> 0;
}

/** Runs bytes through a stream of the platform; fails when more than `limit` bytes come out. */
async function pump(
  bytes: Uint8Array<ArrayBuffer>,
  through: CompressionStream | DecompressionStream,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = through.writable.getWriter();
  // its failure is the reader's, who reports it
  const written = writer.write(bytes).then(() => writer.close());
  written.catch(() => undefined);
  const reader = (through.readable as ReadableStream<Uint8Array>).getReader();
  const parts: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    if ((total += value.length) > limit) {
      await reader.cancel().catch(() => undefined);
      throw new DataError("more bytes than its directory says");
    }
  }
  await written;
  return concatBytes(parts);
}

/** An opened archive. */
export interface Zip {
  /** Of the members that are files, in the order of the directory. */
  readonly names: readonly string[];
  /** A member, unpacked and checked. Throws DataError. */
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** Reads one archive. */
class ZipReader {
  readonly #who: string;
  readonly #file: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;

  constructor(who: string, file: Uint8Array<ArrayBuffer>) {
    this.#who = who;
    this.#file = file;
    this.#view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  }

  fail(what: string): never {
    throw new DataError(`${this.#who}: ${what}`);
  }

  #u16(at: number): number {
    return at >= 0 && at + 2 <= this.#file.length ? this.#view.getUint16(at, true) : this.#cut(at);
  }
  #u32(at: number): number {
    return at >= 0 && at + 4 <= this.#file.length ? this.#view.getUint32(at, true) : this.#cut(at);
  }
  #u64(at: number): number {
    return this.#u32(at) + this.#u32(at + 4) * 2 ** 32;
  }
  #cut(at: number): never {
    return this.fail(`the archive points to byte ${at} of ${this.#file.length}: truncated or broken`);
  }

  /** Where the directory lies. */
  #directory(): { count: number; offset: number } {
    const { length } = this.#file;
    let at = length - 22;
    const last = Math.max(0, at - 65535);
    while (at >= last && this.#view.getUint32(at, true) !== END) --at;
    if (at < last) this.fail("no directory of a zip archive at the end: truncated, or another kind of file");
    const count = this.#u16(at + 10);
    const offset = this.#u32(at + 16);
    if (count !== 0xffff && offset !== 0xffffffff) return { count, offset };
    if (at < 20 || this.#u32(at - 20) !== LOCATOR64) return { count, offset };
    const end64 = this.#u64(at - 12);
    if (this.#u32(end64) !== END64) this.fail("the large directory of the archive is missing: broken file");
    return { count: this.#u64(end64 + 32), offset: this.#u64(end64 + 48) };
  }

  /** Sizes and place that stand in the extra field of large archives, for those fields that say so. */
  #large(from: number, to: number, fields: number[]): number[] {
    for (let at = from; at + 4 <= to; at += 4 + this.#u16(at + 2)) {
      if (this.#u16(at) !== 1) continue;
      let next = at + 4;
      return fields.map((field) => {
        if (field !== 0xffffffff) return field;
        next += 8;
        return this.#u64(next - 8);
      });
    }
    return fields;
  }

  members(): Member[] {
    const { count, offset } = this.#directory();
    if (count > MAX_MEMBERS) this.fail(`${count} members, want at most ${MAX_MEMBERS}`);
    const members: Member[] = [];
    let total = 0;
    let packedTotal = 0;
    for (let i = 0, at = offset; i < count; ++i) {
      if (this.#u32(at) !== CENTRAL) this.fail(`entry ${i} of the archive's directory is broken`);
      const nameEnd = at + 46 + this.#u16(at + 28);
      const extraEnd = nameEnd + this.#u16(at + 30);
      if (nameEnd > this.#file.length) this.#cut(nameEnd);
      const name = textOf(this.#file.subarray(at + 46, nameEnd)) ?? `member ${i}`;
      if (this.#u16(at + 8) & 1) this.fail(`"${name}" is encrypted`);
      const [size, packed, start] = this.#large(nameEnd, extraEnd, [
        this.#u32(at + 24),
        this.#u32(at + 20),
        this.#u32(at + 42),
      ]);
      members.push({
        name,
        method: this.#u16(at + 10),
        crc: this.#u32(at + 16),
        packed,
        size,
        offset: start,
      });
      total += size;
      packedTotal += packed;
      if (size > packed * MAX_RATIO + 1024 || packedTotal > this.#file.length || total > MAX_BYTES)
        this.fail(
          `"${name}" says it has ${size} bytes, ${total} with those before it, in a file of ` +
            `${this.#file.length}: a broken archive, or one made to fill the memory`,
        );
      at = extraEnd + this.#u16(at + 32);
    }
    return members;
  }

  async read({ name, method, crc, packed, size, offset }: Member): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#u32(offset) !== LOCAL) this.fail(`"${name}" is not where the archive's directory says`);
    const from = offset + 30 + this.#u16(offset + 26) + this.#u16(offset + 28);
    if (from + packed > this.#file.length) this.#cut(from + packed);
    const raw = this.#file.subarray(from, from + packed);
    let out = raw;
    if (method === DEFLATED) {
      try {
        out = await pump(raw, new DecompressionStream("deflate-raw"), size);
      } catch {
        this.fail(`"${name}" does not unpack to the ${size} bytes that its directory says: broken archive`);
      }
    } else if (method !== STORED)
      this.fail(`"${name}" is packed by method ${method}, want stored (0) or deflated (8)`);
    if (out.length !== size) this.fail(`"${name}" has ${out.length} bytes, its directory says ${size}`);
    if (crc32(out) !== crc) this.fail(`"${name}" does not match its checksum: broken archive`);
    return out;
  }
}

/** Opens an archive; `who` names the caller in errors. Throws DataError. */
export function openZip(who: string, file: Uint8Array<ArrayBuffer>): Zip {
  const reader = new ZipReader(who, file);
  const members = new Map(reader.members().map((member) => [member.name, member]));
  return {
    names: [...members.keys()].filter((name) => !name.endsWith("/")),
    async read(name) {
      const member = members.get(name);
      return member ? reader.read(member) : reader.fail(`the archive has no "${name}"`);
    },
  };
}

/** Local header, or entry of the directory, up to the name. */
function header(central: boolean, member: Omit<Member, "name">, name: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array((central ? 46 : 30) + name.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, central ? CENTRAL : LOCAL, true);
  const at = central ? 6 : 4;
  if (central) view.setUint16(4, 20, true);
  view.setUint16(at, 20, true);
  view.setUint16(at + 2, 0x0800, true); // names are UTF-8
  view.setUint16(at + 4, member.method, true);
  view.setUint16(at + 8, DATE, true);
  view.setUint32(at + 10, member.crc, true);
  view.setUint32(at + 14, member.packed, true);
  view.setUint32(at + 18, member.size, true);
  view.setUint16(at + 22, name.length, true);
  if (central) view.setUint32(42, member.offset, true);
  out.set(name, central ? 46 : 30);
  return out;
}

/** An archive of these members, stored or deflated. Throws OptionError above 4 GiB. */
export async function writeZip(
  who: string,
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  compress: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, bytes] of files) {
    const body = compress
      ? await pump(bytes, new CompressionStream("deflate-raw"), bytes.length * 2 + 64)
      : bytes;
    const member = {
      method: compress ? DEFLATED : STORED,
      crc: crc32(bytes),
      packed: body.length,
      size: bytes.length,
      offset,
    };
    parts.push(header(false, member, utf8(name)), body);
    directory.push(header(true, member, utf8(name)));
    offset += parts[parts.length - 2].length + body.length;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  if (offset + size >= 2 ** 32 || files.size >= MAX_MEMBERS)
    throw new OptionError(`${who}: ${files.size} files of ${offset} bytes, want less than 4 GiB; split them`);
  const end = new Uint8Array(22);
  const view = new DataView(end.buffer);
  view.setUint32(0, END, true);
  view.setUint16(8, files.size, true);
  view.setUint16(10, files.size, true);
  view.setUint32(12, size, true);
  view.setUint32(16, offset, true);
  return concatBytes([...parts, ...directory, end]);
}
