/**
 * Recurrent weights in the order of ONNX: W [directions,G·H,I], R [directions,G·H,H], B [directions,2·G·H],
 * gates i o f c (LSTM) and z r h (GRU), peepholes P [directions,3·H] of i o f. The cell of 1997 is an LSTM
 * whose forget gate is held open by its bias.
 */
import type { RecurrentLayer } from "../../models/network/recurrent-layers.ts";
import type { Gates } from "../nets/gates.ts";
import { beside, stacked, transpose, zeros, type Matrix } from "../nets/matrix.ts";
import type { Attribute } from "./model.ts";

/** A pre-activation at which the logistic function is 1 in float32. */
const OPEN = 100;

/** Our letters in the order of ONNX's blocks. */
export const onnxOrders = { lstm: "iofg", gru: "zrn", rnn: "h" } as const;
const activations = { identity: "Affine", tanh: "Tanh", logistic: "Sigmoid", relu: "Relu" } as const;

/** A recurrent node's operator, attributes and matrices; a matrix has a row of blocks for each direction. */
export interface OnnxRecurrent {
  readonly op: "LSTM" | "GRU" | "RNN";
  readonly attributes: Record<string, Attribute>;
  /** [G·H,I], [G·H,H], [1,2·G·H] and [1,3·H] for each direction. */
  readonly W: readonly Matrix[];
  readonly R: readonly Matrix[];
  readonly B: readonly Matrix[];
  readonly P?: readonly Matrix[];
}

/** The forget gate that the cell of 1997 has not. */
function withForget(gates: Gates, like: Matrix): Gates {
  const H = like.columns;
  const [none, zero] = [zeros(like.data, 1, H), gates.input.i];
  return {
    ...gates,
    input: { ...gates.input, f: zeros(like.data, zero.rows, H) },
    recurrent: { ...gates.recurrent, f: zeros(like.data, H, H) },
    bias: { ...gates.bias, f: { ...none, data: none.data.map(() => OPEN) } },
    peepholes: gates.peepholes && { ...gates.peepholes, f: none },
  };
}

function attributesOf(layer: RecurrentLayer, directions: number): Record<string, Attribute> {
  const both = directions > 1;
  const way: Record<string, Attribute> = {
    hidden_size: layer.units,
    ...(both ? { direction: "bidirectional" } : {}),
  };
  const twice = <T>(values: readonly T[]): T[] => (both ? [...values, ...values] : [...values]);
  if (layer.type === "gru") return { ...way, linear_before_reset: layer.reset === "after" ? 1 : 0 };
  if (layer.type === "lstm")
    return layer.forgetGate
      ? way
      : {
          ...way,
          activations: twice(["Sigmoid", "ScaledTanh", "ScaledTanh"]),
          activation_alpha: twice([2, 1]),
          activation_beta: twice([0.5, 0.5]),
        };
  return {
    ...way,
    activations: twice([activations[layer.activation]]),
    ...(layer.activation === "identity" ? { activation_alpha: twice([1]), activation_beta: twice([0]) } : {}),
  };
}

/** The node of a layer. */
export function onnxRecurrent(layer: RecurrentLayer, directions: readonly Gates[]): OnnxRecurrent {
  const order = onnxOrders[layer.type];
  const like = Object.values(directions[0].recurrent)[0];
  const all =
    layer.type === "lstm" && !layer.forgetGate ? directions.map((g) => withForget(g, like)) : directions;
  const none = zeros(like.data, 1, layer.units);
  const column = (gates: Readonly<Record<string, Matrix>>): Matrix =>
    stacked([...order].map((letter) => transpose(gates[letter])));
  return {
    op: ({ lstm: "LSTM", gru: "GRU", rnn: "RNN" } as const)[layer.type],
    attributes: attributesOf(layer, directions.length),
    W: all.map(({ input }) => column(input)),
    R: all.map(({ recurrent }) => column(recurrent)),
    B: all.map(({ bias, inner }) =>
      beside([
        ...[...order].map((letter) => bias[letter]),
        ...[...order].map((letter) => (letter === "n" && inner ? inner : none)),
      ]),
    ),
    P: all[0].peepholes && all.map(({ peepholes }) => beside([..."iof"].map((letter) => peepholes![letter]))),
  };
}
