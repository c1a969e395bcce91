/** The layers of an ONNX graph: its nodes in order, as far as they form a chain. */
import type { Floats } from "../../wasm/memory.ts";
import type { Activation } from "../../wasm/kernels.ts";
import { dense, embedding, skip } from "../../models/network/layers.ts";
import type { NetworkSpec } from "../../models/network/spec.ts";
import { transpose, type Matrix } from "../nets/matrix.ts";
import type { ReadLayer } from "../nets/net.ts";
import { Chain } from "./chain.ts";
import { realsOf, recurrentOf } from "./gates.ts";
import { readConv, readLastSteps, readNorm, readPad, readPast } from "./over-time.ts";
import type { OnnxModel, OnnxNode, OnnxTensor } from "./model.ts";

const activations: Readonly<Record<string, Activation>> = { Tanh: "tanh", Sigmoid: "logistic", Relu: "relu" };
const onSizes = new Set([
  "Shape",
  "Slice",
  "Gather",
  "Unsqueeze",
  "Squeeze",
  "Concat",
  "Mul",
  "Add",
  "Cast",
  "Div",
  "Sub",
]);

/** Rows picked by one symbol a step are a dense layer on symbols, once something is added to them. */
function denseOf(last: ReadLayer | undefined): ReadLayer | undefined {
  if (!last || !("table" in last)) return last;
  return { layer: dense(last.layer.width, { bias: false }), W: last.table };
}

/** What a graph says. */
export interface ReadGraph {
  readonly layers: readonly ReadLayer[];
  readonly input: NetworkSpec["input"];
  readonly loss: "squared" | "softmax" | "bernoulli";
}
/** Reads one graph. */
export class GraphReader {
  readonly #who: string;
  readonly #model: OnnxModel;
  readonly #chain: Chain;
  /** The axis along which recurrent layers run. */
  #time: string | undefined;

  constructor(who: string, model: OnnxModel) {
    this.#who = who;
    this.#model = model;
    this.#chain = new Chain(who, model);
  }

  /** Reads all nodes. `keep`: a last activation stays one, because the caller has named the loss. */
  read(keep: boolean): ReadGraph {
    for (const node of this.#model.nodes) this.#node(node);
    const [main] = this.#model.outputs;
    const end = this.#chain.get(main?.name ?? "");
    if (end?.kind !== "data" || end.depth !== this.#chain.layers.length)
      this.#chain.fail(`output "${main?.name ?? ""}" is not the end of a chain of layers`);
    if (this.#chain.softmax) return { layers: this.#chain.layers, input: this.#chain.input, loss: "softmax" };
    const last = this.#chain.layers[this.#chain.layers.length - 1];
    if (!keep && last?.layer.type === "dense" && last.layer.activation === "logistic" && "W" in last) {
      this.#chain.layers.pop();
      this.#chain.layers.push({ ...last, layer: { ...last.layer, activation: "identity" } });
      return { layers: this.#chain.layers, input: this.#chain.input, loss: "bernoulli" };
    }
    return { layers: this.#chain.layers, input: this.#chain.input, loss: "squared" };
  }

  #node(node: OnnxNode): void {
    const values = node.inputs.filter(Boolean).map((name) => this.#chain.get(name));
    if (node.op === "Shape") return this.#chain.put(node, { kind: "sizes" });
    const sized = values.some((value) => value?.kind === "sizes");
    if (sized && values.every((value) => value?.kind !== "data" && value?.kind !== "start"))
      return this.#ofSizes(node);
    if (node.op === "Constant") return this.#constantNode(node);
    const act = this.#acts[node.op];
    if (!act) {
      const known = [...Object.keys(this.#acts), "Constant", "Shape"].join(", ");
      this.#chain.fail(`operator ${node.op} cannot be read; this library knows ${known}`);
    }
    act(node);
  }

  /** Sizes, and states of zeros or of one row that are made with them. */
  #ofSizes(node: OnnxNode): void {
    if (node.op === "ConstantOfShape") return this.#chain.put(node, { kind: "start" });
    if (node.op === "Expand") {
      const values = realsOf(this.#who, node.op, this.#chain.constant(node, 0));
      return this.#chain.put(node, { kind: "start", values });
    }
    if (!onSizes.has(node.op)) this.#chain.fail(`operator ${node.op} on sizes cannot be read`);
    this.#chain.put(node, { kind: "sizes" });
  }

  #constantNode(node: OnnxNode): void {
    const { value } = node.attributes;
    if (typeof value !== "object" || !("dtype" in value)) this.#chain.fail("a Constant without a tensor");
    this.#chain.put(node, { kind: "constant", tensor: value });
  }

  #transpose(node: OnnxNode): void {
    const x = this.#chain.end(node);
    const perm = node.attributes.perm as readonly number[] | undefined;
    if (!Array.isArray(perm) || [...perm].sort().join() !== [...x.axes].map((_, i) => i).join())
      return this.#chain.fail(`Transpose by [${String(perm)}] of a value with axes ${x.axes}`);
    this.#chain.put(node, { ...x, axes: perm.map((axis: number) => x.axes[axis]).join("") });
  }

  #squeeze(node: OnnxNode): void {
    const known = this.#chain.get(node.inputs[0] ?? "");
    if (known?.kind === "end") return this.#chain.put(node, known);
    const x = this.#chain.end(node);
    const given = node.inputs[1]
      ? Array.from(this.#chain.constant(node, 1).data, Number)
      : node.attributes.axes;
    const axes = (Array.isArray(given) ? given : []).map(Number);
    const last = this.#chain.layers[this.#chain.layers.length - 1];
    if (axes.length !== 1 || x.axes[axes[0]] !== "d" || last?.layer.type === "bidirectional")
      this.#chain.fail(`Squeeze of axes [${axes}] of a value with axes ${x.axes}`);
    this.#chain.put(node, { ...x, axes: x.axes.replace("d", "") });
  }

  #reshape(node: OnnxNode): void {
    const x = this.#chain.end(node);
    const sizes = this.#chain.constant(node, 1).data.length;
    const joins = /^(bt|tb)(df|sf)$/.test(x.axes) && sizes === 3;
    if (!joins) this.#chain.fail(`Reshape of a value with axes ${x.axes} to ${sizes} axes`);
    this.#chain.put(node, { ...x, axes: `${x.axes.slice(0, 2)}f` });
  }

  #gather(node: OnnxNode): void {
    const x = this.#chain.end(node, 1);
    const table = this.#chain.matrix(node, 0);
    const { axis = 0 } = node.attributes;
    if (!x.symbols || axis !== 0)
      this.#chain.fail("Gather wants rows of a matrix, picked by the input's symbols");
    this.#chain.input =
      this.#chain.perStep > 1
        ? { symbols: table.rows, perStep: this.#chain.perStep }
        : { symbols: table.rows };
    this.#chain.push(node, { layer: embedding(table.rows, table.columns), table }, `${x.axes}f`);
  }

  #oneHot(node: OnnxNode): void {
    const x = this.#chain.end(node);
    const depth = Number(this.#chain.constant(node, 1).data[0]);
    const values = Array.from(this.#chain.constant(node, 2).data, Number).join();
    const { axis = -1 } = node.attributes;
    if (!x.symbols || axis !== -1 || values !== "0,1" || x.axes.length !== 2)
      this.#chain.fail("OneHot wants one symbol a step, zeros and a one");
    this.#chain.input = { symbols: depth };
    this.#chain.put(node, { kind: "data", axes: `${x.axes}f`, depth: 0, hot: depth });
  }

  #affine(node: OnnxNode, W: Matrix, b: Matrix | undefined): void {
    const x = this.#chain.end(node);
    if (!x.axes.endsWith("f") || x.axes.length !== 3)
      this.#chain.fail(`${node.op} on a value with axes ${x.axes}`);
    this.#chain.push(node, { layer: dense(W.columns, { bias: b !== undefined }), W, b }, x.axes);
  }

  #gemm(node: OnnxNode): void {
    const { alpha = 1, beta = 1, transA = 0, transB = 0 } = node.attributes;
    if (alpha !== 1 || beta !== 1 || transA !== 0) this.#chain.fail("Gemm with alpha, beta or transA");
    const W = this.#chain.matrix(node, 1);
    const own = transB === 1 ? transpose(W) : W;
    this.#affine(node, own, node.inputs[2] ? this.#chain.row(node, 2, own.columns) : undefined);
  }

  /** The last layer, if it is dense and has no activation yet. */
  #lastDense(node: OnnxNode): Extract<ReadLayer, { W: Matrix }> & { layer: { type: "dense" } } {
    const last = denseOf(this.#chain.layers[this.#chain.layers.length - 1]);
    if (!last || !("W" in last) || last.layer.type !== "dense" || last.layer.activation !== "identity")
      return this.#chain.fail(`${node.op} stands behind no MatMul or Gemm`);
    return last as Extract<ReadLayer, { W: Matrix }> & { layer: { type: "dense" } };
  }

  #add(node: OnnxNode): void {
    const first = this.#chain.get(node.inputs[0] ?? "")?.kind === "data" ? 0 : 1;
    const x = this.#chain.end(node, first);
    const last = this.#lastDense(node);
    if (last.b) this.#chain.fail("a second Add behind a MatMul");
    const b = this.#chain.row(node, 1 - first, last.layer.units);
    this.#chain.layers[this.#chain.layers.length - 1] = { ...last, layer: { ...last.layer, bias: true }, b };
    this.#chain.put(node, x);
  }

  #activation(node: OnnxNode): void {
    const x = this.#chain.end(node);
    const last = this.#chain.layers[this.#chain.layers.length - 1];
    const activation = activations[node.op];
    if (last && "W" in last && last.layer.type !== "skip" && last.layer.activation === "identity")
      this.#chain.layers[this.#chain.layers.length - 1] = { ...last, layer: { ...last.layer, activation } };
    else this.#pushActivation(activation);
    this.#chain.put(node, { ...x, depth: this.#chain.layers.length });
  }

  /** An activation that follows no matrix: a dense layer that changes nothing else. */
  #pushActivation(activation: Activation): void {
    const width = this.#chain.width();
    const data = Float32Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 1 : 0));
    const W = { rows: width, columns: width, data };
    this.#chain.layers.push({ layer: dense(width, { activation, bias: false }), W });
  }

  /** A dense layer's output and its input side by side. */
  #concat(node: OnnxNode): void {
    if (this.#chain.get(node.inputs[0] ?? "")?.kind === "start") return readPast(this.#chain, node);
    const x = this.#chain.end(node);
    const before = this.#chain.get(node.inputs[1] ?? "");
    const last = this.#chain.layers[this.#chain.layers.length - 1];
    const fits = before?.kind === "data" && before.depth === this.#chain.layers.length - 1 && !before.symbols;
    if (!fits || node.inputs.length !== 2 || !last || !("W" in last) || last.layer.type !== "dense")
      return this.#chain.fail("Concat wants a dense layer's output and its input");
    this.#chain.layers[this.#chain.layers.length - 1] = { ...last, layer: skip(last.layer) };
    this.#chain.put(node, x);
  }

  /** Notes the axis of time. */
  #runs(node: OnnxNode, axis: string): void {
    this.#time ??= axis;
    if (this.#time !== axis) this.#chain.fail(`${node.op} runs along another axis than the layers before it`);
  }

  #recurrent(node: OnnxNode): void {
    const x = this.#chain.end(node);
    if (!/^(bt|tb)f$/.test(x.axes)) this.#chain.fail(`${node.op} on a value with axes ${x.axes}`);
    this.#runs(node, x.axes[0]);
    if (node.inputs[4])
      this.#chain.fail(`${node.op} takes lengths of sequences; want it without sequence_lens`);
    const some = (i: number): OnnxTensor | undefined =>
      node.inputs[i] ? this.#chain.constant(node, i) : undefined;
    const inputs = {
      W: this.#chain.constant(node, 1),
      R: this.#chain.constant(node, 2),
      B: some(3),
      P: node.op === "LSTM" ? some(7) : undefined,
      h: this.#start(node, 5),
      c: node.op === "LSTM" ? this.#start(node, 6) : undefined,
    };
    this.#chain.push(node, recurrentOf(this.#who, node, inputs), `${x.axes.slice(0, 1)}d${x.axes.slice(1)}`);
    for (let i = 1; i < node.outputs.length; ++i) this.#chain.put(node, { kind: "end" }, i);
  }

  #start(node: OnnxNode, i: number): Floats | undefined {
    const known = this.#chain.get(node.inputs[i] ?? "");
    if (!known) return undefined;
    if (known.kind === "start") return known.values;
    if (known.kind === "constant") return realsOf(this.#who, node.op, known.tensor);
    return this.#chain.fail(`${node.op} starts from "${node.inputs[i]}", want zeros, a constant or an input`);
  }

  #softmaxNode(node: OnnxNode): void {
    const x = this.#chain.end(node);
    const { axis = -1 } = node.attributes;
    if (axis !== -1 && axis !== x.axes.length - 1) this.#chain.fail(`Softmax along axis ${String(axis)}`);
    this.#chain.softmax = true;
    this.#chain.put(node, x);
  }

  readonly #same = (node: OnnxNode): void => this.#chain.put(node, this.#chain.end(node));
  readonly #acts: Readonly<Record<string, (node: OnnxNode) => void>> = {
    Identity: this.#same,
    Dropout: this.#same,
    Cast: this.#same,
    Transpose: (node) => this.#transpose(node),
    Squeeze: (node) => this.#squeeze(node),
    Reshape: (node) => this.#reshape(node),
    Gather: (node) => this.#gather(node),
    OneHot: (node) => this.#oneHot(node),
    MatMul: (node) => this.#affine(node, this.#chain.matrix(node, 1), undefined),
    Gemm: (node) => this.#gemm(node),
    Add: (node) => this.#add(node),
    Tanh: (node) => this.#activation(node),
    Sigmoid: (node) => this.#activation(node),
    Relu: (node) => this.#activation(node),
    Concat: (node) => this.#concat(node),
    LSTM: (node) => this.#recurrent(node),
    GRU: (node) => this.#recurrent(node),
    RNN: (node) => this.#recurrent(node),
    Conv: (node) => {
      readConv(this.#who, this.#chain, node);
      this.#runs(node, this.#chain.end({ ...node, inputs: node.outputs }).axes[2]);
    },
    Pad: (node) => readPad(this.#chain, node),
    LayerNormalization: (node) => readNorm(this.#who, this.#chain, node),
    Slice: (node) => readLastSteps(this.#chain, node),
    Softmax: (node) => this.#softmaxNode(node),
  };
}
