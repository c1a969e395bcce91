/** Small nets and items that the tests of nets share; what a test builds is disposed of at its end. */
import { onTestFinished } from "vitest";
import {
  dense,
  network,
  normal,
  rnn,
  tasks,
  type DataItem,
  type Layer,
  type Network,
  type NetworkSpec,
} from "../../../src/index.ts";

export const build = async (spec: Partial<NetworkSpec> & { layers: readonly Layer[] }): Promise<Network> => {
  const net = await network({ input: 2, loss: "bernoulli", seed: 3, ...spec });
  onTestFinished(() => net.dispose());
  return net;
};
export const toy = (): readonly Layer[] => [
  rnn(3, { activation: "logistic", init: { input: normal(1), recurrent: normal(1) } }),
  dense(1, { init: { input: normal(1) } }),
];
export const addition = tasks.addition({ digits: 6 });
export const values = (net: Network): number[] => net.parameters.flatMap((p) => Array.from(p.data));
export const items = (lengths: readonly number[], I = 2, O = 1): DataItem[] =>
  lengths.map((T, b) => ({
    input: Array.from({ length: T * I }, (_, i) => Math.sin(7 * i + b)),
    target: Array.from({ length: T * O }, (_, i) => (i * 3 + b) % 2),
  }));
