/**
 * The weights of a recurrent layer by gate, which all programs agree on; they differ in the order of the
 * gates, in how many biases there are, and in which way the matrices lie. Letters: i f g o (LSTM), r z n
 * (GRU), h (plain).
 */
import type { RecurrentLayer } from "../../models/network/recurrent-layers.ts";
import { beside, columnsOf, rowsOf, stacked, zeros, type Matrix } from "./matrix.ts";
import type { NetParameters } from "./net.ts";

/** Matrices by the letter of their gate. */
export type ByGate = Readonly<Record<string, Matrix>>;

/** One direction of a recurrent layer of H units on I inputs. */
export interface Gates {
  /** [I,H] from the input. */
  readonly input: ByGate;
  /** [H,H] from the state before. */
  readonly recurrent: ByGate;
  /** [1,H] added to the pre-activation. */
  readonly bias: ByGate;
  /** [1,H] of a GRU that resets after the product: what is added to n's recurrent part, inside the reset. */
  readonly inner?: Matrix;
  /** [1,H] peepholes of i, f and o. */
  readonly peepholes?: ByGate;
  /** [1,H] states before the first step. Without: zero. */
  readonly start?: { readonly h: Matrix; readonly c?: Matrix };
}

interface Order {
  readonly input: string;
  readonly recurrent: string;
  /** "m" is the inner bias. */
  readonly bias: string;
  readonly peepholes: string;
}

/** The order of the blocks in our own matrices. */
function orderOf(layer: RecurrentLayer): Order {
  if (layer.type === "rnn") return { input: "h", recurrent: "h", bias: "h", peepholes: "" };
  if (layer.type === "gru")
    return layer.reset === "after"
      ? { input: "nrz", recurrent: "rzn", bias: "nrzm", peepholes: "" }
      : { input: "rzn", recurrent: "rzn", bias: "rzn", peepholes: "" };
  return layer.forgetGate
    ? { input: "ifgo", recurrent: "ifgo", bias: "ifgo", peepholes: "ifo" }
    : { input: "igo", recurrent: "igo", bias: "igo", peepholes: "io" };
}

/** [·,G·H] taken apart. */
export const split = (matrix: Matrix, letters: string): Record<string, Matrix> =>
  Object.fromEntries(
    [...letters].map((letter, i) => {
      const H = matrix.columns / letters.length;
      return [letter, columnsOf(matrix, i * H, (i + 1) * H)];
    }),
  );

/** Blocks side by side, in the order of the letters. */
export const joined = (gates: ByGate, letters: string): Matrix =>
  beside([...letters].map((letter) => gates[letter]));

/** The weights of our layer `name` (for one direction: `name.forward`, `name.backward`). */
export function gatesOf(layer: RecurrentLayer, name: string, parameters: NetParameters): Gates {
  const order = orderOf(layer);
  const H = layer.units;
  const get = (role: string): Matrix => parameters.get(`${name}.${role}`)!;
  const { m: inner, ...bias } = split(get("b"), order.bias);
  const state = parameters.get(`${name}.state`);
  const peep = parameters.get(`${name}.peep`);
  return {
    input: split(get("Wx"), order.input),
    recurrent: split(get("Wh"), order.recurrent),
    bias,
    inner,
    peepholes:
      peep && Object.fromEntries([...order.peepholes].map((letter, i) => [letter, rowsOf(peep, i, i + 1)])),
    start: state && {
      h: columnsOf(state, 0, H),
      c: layer.type === "lstm" ? columnsOf(state, H, 2 * H) : undefined,
    },
  };
}

/** Our parameters of layer `name` from weights by gate: the inverse of gatesOf. */
export function parametersOf(layer: RecurrentLayer, name: string, gates: Gates): [string, Matrix][] {
  const order = orderOf(layer);
  const like = gates.recurrent[order.recurrent[0]].data;
  const H = layer.units;
  const inner = gates.inner ?? zeros(like, 1, H);
  const out: [string, Matrix][] = [
    [`${name}.Wx`, joined(gates.input, order.input)],
    [`${name}.Wh`, joined(gates.recurrent, order.recurrent)],
    [`${name}.b`, joined({ ...gates.bias, m: inner }, order.bias)],
  ];
  const { peepholes, start } = gates;
  if (peepholes) out.push([`${name}.peep`, stacked([...order.peepholes].map((letter) => peepholes[letter]))]);
  if (start) out.push([`${name}.state`, start.c ? beside([start.h, start.c]) : start.h]);
  return out;
}
