/** Random nets of the layers that a program knows, for comparisons with it. */
import type { NetworkSpec } from "../../src/index.ts";

/** The layers that a program knows. */
export interface Can {
  readonly recurrent: readonly ("lstm" | "gru" | "rnn")[];
  readonly activations: readonly ("identity" | "tanh" | "logistic" | "relu")[];
  readonly units?: number;
  readonly bidirectional?: boolean;
  readonly peepholes?: boolean;
  readonly lstm1997?: boolean;
  readonly before?: boolean;
  readonly leak?: boolean;
  readonly delayTaps?: boolean;
  readonly subsample?: boolean;
  readonly skip?: boolean;
  readonly conv?: boolean;
  readonly strides?: boolean;
  readonly causal?: boolean;
  readonly layerNorm?: boolean;
}
export function uniform(seed: number): () => number;
export function randomSpec(
  unrolled: object,
  seed: number,
  precision: "float32" | "float64",
  can: Can,
): NetworkSpec;
export function vary<Net extends object>(net: Net, seed: number): Net;
export function randomInput(input: NetworkSpec["input"], steps: number, seed: number): number[];
