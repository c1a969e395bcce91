/**
 * ONNX models (github.com/onnx/onnx, onnx.proto) as plain data: a graph of nodes whose inputs and outputs are
 * values by name, constant tensors, and the values that go in and come out.
 */
import { DataError } from "../../wasm/errors.ts";
import { decode, encode, kinds, type Dtype, type TypedArray } from "../arrays/dtypes.ts";
import { bytesField, floatField, intField, message, Message, type Field } from "./protobuf.ts";

/** Versions of the format and of the operators that are written. */
const IR_VERSION = 8;
const OPSET = 17;

const types: Readonly<Partial<Record<number, Dtype>>> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  5: "int16",
  6: "int32",
  7: "int64",
  9: "bool",
  10: "float16",
  11: "float64",
};
const codeOf = (dtype: Dtype): number =>
  Number(Object.keys(types).find((code) => types[Number(code)] === dtype));

/** A constant. */
export interface OnnxTensor {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly data: TypedArray;
}
/** An attribute of a node. */
export type Attribute = number | string | readonly number[] | readonly string[] | OnnxTensor;
/** An operation. An input "" is left out. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}
/** A value that goes in or comes out: a size is a number, or a name where it may be any. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly (number | string)[];
}
/** A graph with what a model says beside it. */
export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Attributes that are reals even where the value is whole. */
const reals = new Set(["activation_alpha", "activation_beta", "alpha", "beta", "epsilon"]);

function attributeField(name: string, value: Attribute): Field {
  const list = (Array.isArray(value) ? value : [value]) as readonly (number | string)[];
  const many = Array.isArray(value);
  const kind = (one: number): Field => intField(20, many ? one + 5 : one);
  if (typeof value === "object" && "dtype" in value)
    return bytesField(5, [bytesField(1, name), bytesField(5, tensorFields("", value)), intField(20, 4)]);
  if (reals.has(name))
    return bytesField(5, [
      bytesField(1, name),
      ...list.map((x) => floatField(many ? 7 : 2, Number(x))),
      kind(1),
    ]);
  if (typeof list[0] === "string")
    return bytesField(5, [
      bytesField(1, name),
      ...list.map((x) => bytesField(many ? 9 : 4, String(x))),
      kind(3),
    ]);
  return bytesField(5, [bytesField(1, name), ...list.map((x) => intField(many ? 8 : 3, Number(x))), kind(2)]);
}

const tensorFields = (name: string, { shape, dtype, data }: OnnxTensor): Field[] => [
  ...shape.map((size) => intField(1, size)),
  intField(2, codeOf(dtype)),
  bytesField(8, name),
  bytesField(9, encode(dtype, data)),
];

const valueFields = ({ name, dtype, shape }: OnnxValue): Field[] => {
  const dims = shape.map((size) =>
    bytesField(1, [typeof size === "number" ? intField(1, size) : bytesField(2, size)]),
  );
  return [
    bytesField(1, name),
    bytesField(2, [bytesField(1, [intField(1, codeOf(dtype)), bytesField(2, dims)])]),
  ];
};

/** The bytes of a .onnx file. */
export function writeModel({
  nodes,
  constants,
  inputs,
  outputs,
  metadata,
}: OnnxModel): Uint8Array<ArrayBuffer> {
  const graph = [
    ...nodes.map(({ op, inputs: from, outputs: to, attributes }, i) =>
      bytesField(1, [
        ...from.map((name) => bytesField(1, name)),
        ...to.map((name) => bytesField(2, name)),
        bytesField(3, `${op}_${i}`),
        bytesField(4, op),
        ...Object.entries(attributes).map(([name, value]) => attributeField(name, value)),
      ]),
    ),
    bytesField(2, "unrolled"),
    ...[...constants].map(([name, tensor]) => bytesField(5, tensorFields(name, tensor))),
    ...inputs.map((value) => bytesField(11, valueFields(value))),
    ...outputs.map((value) => bytesField(12, valueFields(value))),
  ];
  return message([
    intField(1, IR_VERSION),
    bytesField(2, "unrolled"),
    bytesField(7, graph),
    bytesField(8, [bytesField(1, ""), intField(2, OPSET)]),
    ...Object.entries(metadata).map(([key, value]) =>
      bytesField(14, [bytesField(1, key), bytesField(2, value)]),
    ),
  ]);
}

/** A tensor of a file; `who` names the caller in errors. */
function readTensor(who: string, tensor: Message): OnnxTensor {
  const name = tensor.text(8);
  const shape = tensor.ints(1).map(Number);
  const dtype = types[tensor.int(2) ?? 0];
  if (!dtype) throw new DataError(`${who}: tensor "${name}" is of type ${tensor.int(2)}, want numbers`);
  if (tensor.bytes(13).length > 0)
    throw new DataError(
      `${who}: tensor "${name}" lies in another file; save the model with its weights inside`,
    );
  const count = shape.reduce((n, size) => n * size, 1);
  const [raw] = tensor.bytes(9).slice(-1);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    throw new DataError(`${who}: tensor "${name}" has shape [${shape}]`);
  if (raw) {
    if (raw.length !== count * kinds[dtype].bytes)
      throw new DataError(
        `${who}: tensor "${name}" has ${raw.length} bytes for ${dtype} [${shape}]: truncated`,
      );
    return {
      shape,
      dtype,
      data: decode(dtype, new DataView(raw.buffer, raw.byteOffset, raw.length), 0, count),
    };
  }
  const data = plainData(tensor, dtype);
  if (data.length !== count)
    throw new DataError(`${who}: tensor "${name}" has ${data.length} values for [${shape}]: truncated`);
  return { shape, dtype, data };
}

/** Values that stand in fields of their own type. */
function plainData(tensor: Message, dtype: Dtype): TypedArray {
  if (dtype === "float32") return Float32Array.from(tensor.floats(4));
  if (dtype === "int64") return BigInt64Array.from(tensor.ints(7));
  if (dtype === "float64")
    return Float64Array.from(
      tensor.bytes(10).flatMap((part) => {
        const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
        return Array.from({ length: part.length >> 3 }, (_, i) => view.getFloat64(8 * i, true));
      }),
    );
  return Int32Array.from(tensor.ints(5), Number);
}

function readAttribute(who: string, attribute: Message): Attribute | undefined {
  switch (attribute.int(20)) {
    case 1:
      return attribute.floats(2)[0] ?? 0;
    case 2:
      return attribute.int(3) ?? 0;
    case 3:
      return attribute.text(4);
    case 4:
      return attribute.messages(5).map((tensor) => readTensor(who, tensor))[0];
    case 6:
      return attribute.floats(7);
    case 7:
      return attribute.ints(8).map(Number);
    case 8:
      return attribute.texts(9);
    default:
      return undefined;
  }
}

function readNode(who: string, node: Message): OnnxNode {
  const attributes = node
    .messages(5)
    .map((attribute) => [attribute.text(1), readAttribute(who, attribute)] as const)
    .filter((entry): entry is [string, Attribute] => entry[1] !== undefined);
  const domain = node.text(7);
  const op = node.text(4);
  return {
    op: domain === "" || domain === "ai.onnx" ? op : `${domain}.${op}`,
    inputs: node.texts(1),
    outputs: node.texts(2),
    attributes: Object.fromEntries(attributes),
  };
}

function readValue(value: Message): OnnxValue {
  const [type] = value.messages(2).flatMap((one) => one.messages(1));
  const dims = type?.messages(2).flatMap((shape) => shape.messages(1)) ?? [];
  return {
    name: value.text(1),
    dtype: types[type?.int(1) ?? 1] ?? "float32",
    shape: dims.map((dim) => dim.int(1) ?? (dim.text(2) || "any")),
  };
}

/** The model of a .onnx file; `who` names the caller in errors. Throws DataError. */
export function readModel(who: string, bytes: Uint8Array<ArrayBuffer>): OnnxModel {
  const model = new Message(who, bytes);
  const [graph] = model.messages(7);
  if (!graph) throw new DataError(`${who}: the file holds no graph: not an ONNX model, or truncated`);
  const constants = graph.messages(5).map((tensor) => [tensor.text(8), readTensor(who, tensor)] as const);
  const entries = model.messages(14).map((entry) => [entry.text(1), entry.text(2)] as const);
  return {
    nodes: graph.messages(1).map((node) => readNode(who, node)),
    constants: new Map(constants),
    inputs: graph.messages(11).map(readValue),
    outputs: graph.messages(12).map(readValue),
    metadata: Object.fromEntries(entries),
  };
}
