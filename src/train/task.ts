/**
 * What a task is: a source of fresh sequences with targets, and a rule that says which predictions are wrong.
 */
import type { Moore } from "../inference/moore.ts";
import type { Random } from "../wasm/random.ts";

/** One sequence of T steps. Steps and units that do not count have weight 0. */
export interface Item {
  /** Reals [T,I], row-major, or symbols [T] below I. */
  readonly input: Float32Array | Int32Array;
  /** Reals [T,O], row-major, or classes [T] below O where the loss is softmax. */
  readonly target: Float32Array | Int32Array;
  /** [T] or [T,O]; absent: all ones. */
  readonly weight?: Float32Array;
}

/** A problem that makes its own data, and says when it is solved. */
export interface Task {
  /** As the command line and reports call it. */
  readonly name: string;
  /** I: reals a step, or the number of symbols. */
  readonly input: number;
  /** Whether inputs are symbols (one-of-I) rather than reals. */
  readonly symbols: boolean;
  /** O: outputs a step. */
  readonly output: number;
  /** The loss that matches the outputs. */
  readonly loss: "squared" | "bernoulli" | "softmax";
  /** Every sequence there is, where they are few. */
  readonly all?: readonly Item[];
  /** n fresh sequences; the same stream position gives the same sequences. */
  batch(n: number, random: Random): Item[];
  /**
   * Mean `wrong` of the constant predictor: the mean target, or the most frequent class at each kind of step.
   */
  readonly chance: number;
  /**
   * Wrong symbols or values in one sequence. prediction [T,O]: what a net's `predict` gives, real outputs
   * where the loss is squared, else probabilities.
   */
  wrong(item: Item, prediction: ArrayLike<number>): number;
  /** The success rule in words. */
  readonly rule: string;
}

/** The input of a net for a task. */
export const inputOf = ({ symbols, input }: Task): number | { readonly symbols: number } =>
  symbols ? { symbols: input } : input;

/** A task whose inputs are few and that a finite automaton solves. */
export interface FiniteTask extends Task {
  /** The automaton: its symbols are the inputs, its prints the outputs. */
  readonly machine: Moore;
  /** The input [I] of one step for a symbol of the machine. */
  encode(symbol: number): ArrayLike<number>;
  /**
   * What one step of a prediction prints. prediction [O]: a step of what `wrong` takes, so probabilities
   * here.
   */
  print(prediction: ArrayLike<number>): string;
}
