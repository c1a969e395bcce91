/**
 * The lecture's memory cell with gates set by hand: an LSTM of one cell whose write, keep and read gates are
 * inputs.
 *
 *   input [value, write, keep, read] i = σ(40·write - 20) f = σ(40·keep - 20) o = σ(40·read - 20) g =
 *   tanh(value)
 *
 * A gate that is off lets 2·10⁻⁹ through: a value kept for 1000 steps loses two parts in a million.
 */
import { lstm } from "../models/network/recurrent-layers.ts";
import { network, type Network } from "../models/network/network.ts";

const STRENGTH = 20; // of a gate, in both directions

/** The cell as a net: 4 inputs, 1 output h = o·tanh(c). Double precision. */
export async function memoryCell(): Promise<Network> {
  const net = await network({
    input: 4,
    layers: [lstm(1, { initialState: "zero" })],
    loss: "squared",
    precision: "float64",
  });
  const set = (name: string, values: readonly number[]): void =>
    net.parameters.find((p) => p.name === name)!.set(values);
  const gate = 2 * STRENGTH;
  const rows = {
    // columns i f g o
    value: [0, 0, 1, 0],
    write: [gate, 0, 0, 0],
    keep: [0, gate, 0, 0],
    read: [0, 0, 0, gate],
  };
  set("lstm1.Wx", Object.values(rows).flat());
  set("lstm1.Wh", [0, 0, 0, 0]);
  set("lstm1.b", [-STRENGTH, -STRENGTH, 0, -STRENGTH]);
  return net;
}

/**
 * The input that writes a value at step 0, keeps it for `steps` steps while other values come by, and reads
 * it at the last: [steps + 2, 4].
 */
export function writeKeepRead(
  value: number,
  steps: number,
  others: (t: number) => number = () => 0,
): Float64Array {
  const input = new Float64Array(4 * (steps + 2));
  input.set([value, 1, 0, 0]);
  for (let t = 1; t <= steps; ++t) input.set([others(t), 0, 1, 0], 4 * t);
  input.set([others(steps + 1), 0, 1, 1], 4 * (steps + 1));
  return input;
}
