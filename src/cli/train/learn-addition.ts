/** The lecture's net learns to add: two inputs, three fully interconnected logistic units, one output. */
import { type Automaton, extractAutomaton } from "../../analysis/extract-automaton.ts";
import { type Invariance, invariantBoxes } from "../../analysis/invariant-boxes.ts";
import { dense, rnn } from "../../models/network/layers.ts";
import { normal } from "../../models/network/initializers.ts";
import { type Network, network } from "../../models/network/network.ts";
import { nesterov } from "../../optim/nesterov.ts";
import { addition } from "../../tasks/addition.ts";
import type { FiniteTask } from "../../train/task.ts";

export interface LearnOptions {
  seed: number;
  signal?: AbortSignal;
  /** Digits of the training sums. Default 12. */
  digits?: number;
  /** Most beginnings: a net that gets stuck starts anew from other weights. Default 20. */
  attempts?: number;
  /** Called after every step. */
  onStep?: (at: { step: number; attempt: number; attemptStep: number; loss: number }) => void;
}

/** A net that has learned, or the last one that has not. */
export interface Learned {
  net: Network;
  /** The task of its training. */
  task: FiniteTask;
  /** Its automaton, where its patterns are distinct. */
  automaton?: Automaton;
  /** Whether it is proven to add numbers of every length. */
  invariance?: Invariance;
  /** Steps of all attempts together. */
  steps: number;
  restarts: number;
  /** Loss after each step of the last attempt, nats a digit. */
  losses: number[];
  /** Stopped by the signal. */
  stopped: boolean;
}

/**
 * Steps after which an attempt that has not come below LEARNED is given up: those that succeed take 135 to
 * 560.
 */
const PATIENCE = 700;
/** Loss in nats a digit below which nearly all sums are right, so that a proof is worth trying. */
const LEARNED = 0.02;
/** Steps between learning and the first try at a proof; each later try waits half as long again. */
const FIRST_TRY = 100;
/** Most steps of an attempt. */
const MOST = 4000;

/** 2-3-1 logistic net, weights N(0,1). */
export const additionNet = (seed: number): Promise<Network> =>
  network({
    input: 2,
    layers: [
      rnn(3, { activation: "logistic", init: { input: normal(1), recurrent: normal(1) } }),
      dense(1, { init: { input: normal(1) } }),
    ],
    loss: "bernoulli",
    seed,
  });

/**
 * Trains until the net is proven to add numbers of every length: on `digits` digits only, with Nesterov's
 * momentum. About four beginnings in ten end in a poor local minimum and are given up.
 */
export async function learnAddition(options: LearnOptions): Promise<Learned> {
  const { seed, signal, digits = 12, attempts = 20, onStep } = options;
  const task = addition({ digits, least: digits });
  let steps = 0;
  for (let attempt = 0; ; ++attempt) {
    const net = await additionNet(seed + 1_000_000 * attempt);
    const losses: number[] = [];
    let automaton: Automaton | undefined;
    let invariance: Invariance | undefined;
    let learned = 0;
    let next = Infinity;
    for await (const { step, loss } of net.train(task, {
      optimizer: nesterov({ rate: 1, momentum: 0.9, clip: 1 }),
      steps: MOST,
      batch: 64,
      signal,
    })) {
      losses.push(loss);
      onStep?.({ step: ++steps, attempt, attemptStep: step, loss });
      if (!learned && loss < LEARNED) next = (learned = step) + FIRST_TRY;
      if (!learned && step >= PATIENCE) break;
      if (step < next) continue;
      next = learned + Math.round((step - learned) * 1.5);
      automaton = await extractAutomaton(net, task).catch(() => undefined); // patterns that overlap: train on
      invariance = automaton?.equivalent ? await invariantBoxes(net, task) : undefined;
      if (invariance?.proven) break;
    }
    const stopped = signal?.aborted ?? false;
    if (automaton?.equivalent || stopped || attempt + 1 >= attempts)
      return { net, task, automaton, invariance, steps, restarts: attempt, losses, stopped };
    net.dispose();
  }
}
