/**
 * The pickles inside a .pt file (protocols 2 to 4), as far as a dict of tensors needs them. Nothing is ever
 * called: the few names that a state dict holds are known here, every other one is refused.
 */
import { DataError } from "../../wasm/errors.ts";

/** A tensor as the pickle describes it: a view into a storage. */
export interface TensorRef {
  readonly kind: "tensor";
  readonly storage: StorageRef;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}
/** A member `data/KEY` of the archive. */
export interface StorageRef {
  readonly kind: "storage";
  readonly type: string;
  readonly key: string;
  readonly count: number;
}
interface GlobalRef {
  readonly kind: "global";
  readonly name: string;
}
interface Tuple {
  readonly kind: "tuple";
  readonly items: readonly Value[];
}
/** What a pickle of tensors is made of. */
export type Value =
  null | boolean | number | string | Map<Value, Value> | Value[] | Tuple | TensorRef | StorageRef | GlobalRef;

const MARK = Symbol("mark");
type Slot = Value | typeof MARK;

/** Names that pickles of tensors hold. */
const known =
  /^(torch (\w+Storage|Size|device)|collections OrderedDict|torch\._utils _rebuild_(tensor_v2|parameter))$/;

const isWhole = (value: Value | undefined): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
const tupleItems = (value: Value | undefined): readonly Value[] | undefined =>
  (value as Tuple | undefined)?.kind === "tuple" ? (value as Tuple).items : undefined;
const wholes = (value: Value | undefined): readonly number[] | undefined => {
  const items = tupleItems(value);
  return items?.every(isWhole) ? items : undefined;
};

/** The machine that a pickle drives: a stack, marks and a memo. */
class Machine {
  readonly #who: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, Value>();
  #at = 0;

  constructor(who: string, bytes: Uint8Array) {
    this.#who = who;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): Value {
    for (;;) {
      const code = String.fromCharCode(this.#u8());
      if (code === ".") return this.#pop();
      this.#step(code);
    }
  }

  #fail(what: string): never {
    throw new DataError(`${this.#who}: ${what}`);
  }

  #take(count: number): number {
    const from = this.#at;
    if (from + count > this.#bytes.length) this.#fail("the pickle in the file ends too early: truncated");
    this.#at += count;
    return from;
  }
  #u8(): number {
    return this.#bytes[this.#take(1)];
  }
  #u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }
  #text(length: number): string {
    const from = this.#take(length);
    return new TextDecoder().decode(this.#bytes.subarray(from, from + length));
  }
  #line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    const text = this.#text(end < 0 ? this.#bytes.length : end - this.#at);
    this.#take(1);
    return text;
  }

  #pop(): Value {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK)
      this.#fail("the pickle in the file is broken: nothing to take");
    return value;
  }
  #top(): Value {
    const value = this.#pop();
    this.#stack.push(value);
    return value;
  }
  /** What stands above the last mark. */
  #marked(): Value[] {
    const from = this.#stack.lastIndexOf(MARK);
    if (from < 0) this.#fail("the pickle in the file is broken: no mark");
    return this.#stack.splice(from).slice(1) as Value[];
  }
  #tuple(count: number): void {
    const items = Array.from({ length: count }, () => this.#pop()).reverse();
    this.#stack.push({ kind: "tuple", items });
  }
  #recall(index: number): void {
    if (!this.#memo.has(index)) this.#fail(`the pickle in the file is broken: no memo ${index}`);
    this.#stack.push(this.#memo.get(index)!);
  }

  #global(module: string, name: string): void {
    if (!known.test(`${module} ${name}`))
      this.#fail(
        `the file names ${module}.${name}, which is code, and this library runs none; want tensors by ` +
          `name: torch.save(model.state_dict(), …)`,
      );
    this.#stack.push({ kind: "global", name: `${module}.${name}` });
  }

  /** The value of length bytes, two's complement. */
  #long(length: number): number {
    const from = this.#take(length);
    let value = 0;
    for (let i = length - 1; i >= 0; --i) value = value * 256 + this.#bytes[from + i];
    const negative = length > 0 && this.#bytes[from + length - 1] > 127;
    return negative ? value - 2 ** (8 * length) : value;
  }

  #persistent(): StorageRef {
    const [tag, type, key, , count] = tupleItems(this.#pop()) ?? [];
    const name = (type as GlobalRef | undefined)?.kind === "global" ? (type as GlobalRef).name : "";
    if (tag !== "storage" || typeof key !== "string" || !isWhole(count) || !name.endsWith("Storage"))
      this.#fail("the file refers to something that is no storage of a tensor");
    return { kind: "storage", type: name.slice("torch.".length), key, count };
  }

  /** What a call of one of the known names would make. */
  #reduce(): Value {
    const args = tupleItems(this.#pop()) ?? [];
    const made = this.#pop() as GlobalRef | undefined;
    const name = made?.kind === "global" ? made.name : "";
    if (name === "collections.OrderedDict") return new Map();
    if (name === "torch._utils._rebuild_parameter" && args.length > 0) return args[0];
    if (name === "torch.Size") return { kind: "tuple", items: tupleItems(args[0]) ?? [] };
    return name === "torch.device" ? null : this.#tensor(args);
  }

  #tensor([storage, offset, shape, strides]: readonly Value[]): TensorRef {
    const sizes = wholes(shape);
    const steps = wholes(strides);
    const held = storage as StorageRef | undefined;
    if (held?.kind !== "storage" || !isWhole(offset) || !sizes || sizes.length !== steps?.length)
      this.#fail("a tensor in the file is not described as PyTorch describes them");
    return { kind: "tensor", storage: held, offset, shape: sizes, strides: steps };
  }

  #setItems(pairs: Value[]): void {
    const target = this.#top();
    if (!(target instanceof Map) || pairs.length % 2 === 1)
      this.#fail("the pickle in the file is broken: entries without a dict");
    for (let i = 0; i < pairs.length; i += 2) target.set(pairs[i], pairs[i + 1]);
  }
  #append(items: Value[]): void {
    const target = this.#top();
    if (!Array.isArray(target)) this.#fail("the pickle in the file is broken: items without a list");
    target.push(...items);
  }

  readonly #codes: Readonly<Record<string, () => void>> = {
    "\x80": () => void this.#u8(),
    "\x95": () => void this.#take(8),
    "(": () => void this.#stack.push(MARK),
    "}": () => void this.#stack.push(new Map()),
    "]": () => void this.#stack.push([]),
    ")": () => this.#tuple(0),
    "\x85": () => this.#tuple(1),
    "\x86": () => this.#tuple(2),
    "\x87": () => this.#tuple(3),
    t: () => void this.#stack.push({ kind: "tuple", items: this.#marked() }),
    N: () => void this.#stack.push(null),
    "\x88": () => void this.#stack.push(true),
    "\x89": () => void this.#stack.push(false),
    K: () => void this.#stack.push(this.#u8()),
    M: () => void this.#stack.push(this.#view.getUint16(this.#take(2), true)),
    J: () => void this.#stack.push(this.#view.getInt32(this.#take(4), true)),
    G: () => void this.#stack.push(this.#view.getFloat64(this.#take(8), false)),
    "\x8a": () => void this.#stack.push(this.#long(this.#u8())),
    X: () => void this.#stack.push(this.#text(this.#u32())),
    "\x8c": () => void this.#stack.push(this.#text(this.#u8())),
    q: () => void this.#memo.set(this.#u8(), this.#top()),
    r: () => void this.#memo.set(this.#u32(), this.#top()),
    "\x94": () => void this.#memo.set(this.#memo.size, this.#top()),
    h: () => this.#recall(this.#u8()),
    j: () => this.#recall(this.#u32()),
    c: () => this.#global(this.#line(), this.#line()),
    "\x93": () => {
      const [name, module] = [this.#pop(), this.#pop()];
      this.#global(String(module), String(name));
    },
    Q: () => void this.#stack.push(this.#persistent()),
    R: () => void this.#stack.push(this.#reduce()),
    s: () => {
      const [value, key] = [this.#pop(), this.#pop()];
      this.#setItems([key, value]);
    },
    u: () => this.#setItems(this.#marked()),
    a: () => this.#append([this.#pop()]),
    e: () => this.#append(this.#marked()),
    // the attributes of an OrderedDict say the versions of modules
    b: () => void this.#pop(),
  };

  #step(code: string): void {
    const act = this.#codes[code];
    if (!act) {
      const hex = code.charCodeAt(0).toString(16);
      this.#fail(`the pickle in the file holds code 0x${hex}, which no dict of tensors needs`);
    }
    act();
  }
}

/** The value of a pickle of tensors; `who` names the caller in errors. Throws DataError. */
export function readPickle(who: string, bytes: Uint8Array): Value {
  return new Machine(who, bytes).run();
}
