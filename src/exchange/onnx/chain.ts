/**
 * The chain that an ONNX graph is read as: the layers so far, and what is known of each value. Axes of a
 * value are letters: b or t for the two that run over the batch and time, d for directions, s for several
 * symbols of a step, f for the width. Which of the first two is time does not matter to a chain, only that it
 * stays the same.
 */
import { DataError } from "../../wasm/errors.ts";
import type { Floats } from "../../wasm/memory.ts";
import type { NetworkSpec } from "../../models/network/spec.ts";
import type { Matrix } from "../nets/matrix.ts";
import type { ReadLayer } from "../nets/net.ts";
import { realsOf } from "./gates.ts";
import type { OnnxModel, OnnxNode, OnnxTensor } from "./model.ts";

/** What the chain has made so far: `depth` layers are behind it. */
export interface Chained {
  /** Distinguished by this. */
  readonly kind: "data";
  /** Its axes, a letter each. */
  readonly axes: string;
  /** Layers behind it. */
  readonly depth: number;
  /** It still holds symbols; as rows of 0 and 1 if `hot`. */
  readonly symbols?: boolean;
  readonly hot?: number;
  /** Steps of zeros, or of a past, in front of it and behind it, for a convolution to stand on. */
  readonly pads?: readonly [before: number, behind: number];
}
/** What a value of the graph is. */
export type Known =
  | Chained
  | { readonly kind: "constant"; readonly tensor: OnnxTensor }
  /** Sizes, and what is made of them. */
  | { readonly kind: "sizes" }
  /** A state before the first step, the same for each sequence. */
  | { readonly kind: "start"; readonly values?: Floats }
  /** A state after the last step. */
  | { readonly kind: "end" };

/** Layers and values of one graph. */
export class Chain {
  readonly #who: string;
  readonly #known = new Map<string, Known>();
  /** Steps of inputs that go in beside the sequence. */
  readonly #pasts = new Map<string, number>();
  /** In order. */
  readonly layers: ReadLayer[] = [];
  /** What the first layer reads. */
  input: NetworkSpec["input"] = 0;
  /** A Softmax stands at the end. */
  softmax = false;
  /** Symbols a step. */
  readonly perStep: number;

  constructor(who: string, model: OnnxModel) {
    this.#who = who;
    for (const [name, tensor] of model.constants) this.#known.set(name, { kind: "constant", tensor });
    const [main, ...rest] = model.inputs.filter(({ name }) => !model.constants.has(name));
    if (!main) this.fail("the graph has no input");
    const { dtype, shape } = main;
    const symbols = dtype === "int64" || dtype === "int32";
    const width = shape[2];
    if (!symbols && (shape.length !== 3 || typeof width !== "number"))
      this.fail(`input "${main.name}" is [${shape}], want [batch, time, width] or [time, batch, width]`);
    if (symbols && shape.length !== 2 && shape.length !== 3)
      this.fail(`input "${main.name}" is [${shape}], want two or three axes of symbols`);
    this.input = symbols ? 0 : (width as number);
    this.#known.set(main.name, {
      kind: "data",
      axes: `bt${symbols ? "s" : "f"}`.slice(0, shape.length),
      depth: 0,
      symbols,
    });
    this.perStep = symbols && typeof width === "number" ? width : 1;
    const starts = this.#startsOf(model.metadata);
    for (const value of rest) this.#start(value, starts[value.name]);
  }

  /** An input beside the sequence: a state, or steps of its past [steps, batch, width]. */
  #start({ name, shape }: OnnxModel["inputs"][number], values: Floats | undefined): void {
    if (shape.length === 3 && typeof shape[0] === "number") this.#pasts.set(name, shape[0]);
    this.#known.set(name, { kind: "start", values });
  }

  /** Throws a DataError about the graph. */
  fail(what: string): never {
    throw new DataError(`${this.#who}: ${what}`);
  }

  /** Where toOnnx says that states start. */
  #startsOf(metadata: Readonly<Record<string, string>>): Record<string, Floats> {
    try {
      const value = JSON.parse(metadata["unrolled.start"] ?? "{}") as Record<string, number[]>;
      return Object.fromEntries(Object.entries(value).map(([name, row]) => [name, Float32Array.from(row)]));
    } catch {
      return this.fail("the starts of states in the metadata are not JSON");
    }
  }

  /** Steps of an input that may be a past [steps, batch, width]. */
  pastOf(name: string): number | undefined {
    return this.#pasts.get(name);
  }
  /** What a value is, if it was seen. */
  get(name: string): Known | undefined {
    return name === "" ? undefined : this.#known.get(name);
  }
  /** Input i, which must be a constant. */
  constant(node: OnnxNode, i: number): OnnxTensor {
    const known = this.get(node.inputs[i] ?? "");
    if (known?.kind !== "constant") return this.fail(`${node.op}: input ${i} is no constant`);
    return known.tensor;
  }
  /** Input i, which must be a constant matrix. */
  matrix(node: OnnxNode, i: number): Matrix {
    const tensor = this.constant(node, i);
    const { shape } = tensor;
    if (shape.length !== 2) this.fail(`${node.op}: a matrix of [${shape}], want two axes`);
    return { rows: shape[0], columns: shape[1], data: realsOf(this.#who, node.op, tensor) };
  }
  /** The chain's end, if input i is it. */
  end(node: OnnxNode, i = 0): Chained {
    const known = this.get(node.inputs[i] ?? "");
    if (known?.kind !== "data")
      return this.fail(
        `${node.op} reads "${node.inputs[i] ?? ""}", which is not what the layers before made`,
      );
    if (known.depth !== this.layers.length)
      this.fail(`${node.op} reads "${node.inputs[i]}" a second time: want a chain of layers`);
    if (known.pads && node.op !== "Transpose" && node.op !== "Conv")
      this.fail(`${node.op} stands behind padding, want a Conv there`);
    return known;
  }
  /** Width of what the last layer makes. */
  width(): number {
    const last = this.layers[this.layers.length - 1];
    if (!last) return this.fail("an activation stands in front of all layers");
    if (last.layer.type === "bidirectional") return 2 * last.layer.layer.units;
    if ("g" in last) return last.g.columns;
    if (last.layer.type === "embedding") return last.layer.width * this.perStep;
    return "units" in last.layer ? last.layer.units : this.fail("an activation behind a layer without units");
  }
  /** Notes what an output is. */
  put(node: OnnxNode, value: Known, output = 0): void {
    const name = node.outputs[output];
    if (name) this.#known.set(name, value);
  }
  /** A layer whose result is [.., .., width]. */
  push(node: OnnxNode, layer: ReadLayer, axes: string): void {
    if (this.softmax) this.fail(`${node.op} stands behind a Softmax, want the Softmax at the end`);
    this.layers.push(layer);
    this.put(node, { kind: "data", axes, depth: this.layers.length });
  }

  /** Input i, which must be a constant of so many numbers. */
  row(node: OnnxNode, i: number, columns: number): Matrix {
    const data = realsOf(this.#who, node.op, this.constant(node, i));
    if (data.length !== columns) this.fail(`${node.op} of ${data.length} biases, want ${columns}`);
    return { rows: 1, columns, data };
  }
}
