/** The lecture's net learns to add: two inputs, three fully interconnected logistic units, one output. */
import type { AbortSignal } from "../wasm/platform.ts";
import { dense } from "../models/network/layers.ts";
import { rnn } from "../models/network/recurrent-layers.ts";
import { normal } from "../models/network/initializers.ts";
import { type Network, network } from "../models/network/network.ts";
import { nesterov } from "../optim/nesterov.ts";
import { addition } from "../tasks/addition.ts";
import type { FiniteTask } from "../train/task.ts";
import { knownOptions, whole } from "../wasm/errors.ts";
import { type Automaton, extractAutomaton } from "./extract-automaton.ts";
import { type Invariance, invariantBoxes } from "./invariant-boxes.ts";

/** Where a training is, beside the net and its optimizer. */
export interface AttemptState {
  /** Attempts given up before this one. */
  readonly attempt: number;
  /** Steps of those attempts. */
  readonly before: number;
  /** The step at which the loss was first small enough for a proof; 0: not yet. */
  readonly learned: number;
  /** The step from which a proof is tried next; 0: none is due. */
  readonly nextTry: number;
}

/** How `learnAddition` trains. */
export interface LearnOptions {
  /** Seed of the weights and of the sums. */
  readonly seed: number;
  /** Stops after the step at hand. */
  readonly signal?: AbortSignal;
  /** Digits of the training sums. Default 12. */
  readonly digits?: number;
  /** Attempts at most: a net that gets stuck starts anew from other weights. Default 20. */
  readonly attempts?: number;
  /** A stopped training to go on with. Default: a new one. */
  readonly resume?: {
    /** With the state of its training. */
    readonly net: Network;
    /** As `Learned.state` gave it. */
    readonly state: AttemptState;
  };
  /** Called after every step, and waited for. */
  readonly onStep?: (at: LearnStep) => void | Promise<void>;
}

/** A step of `learnAddition`. */
export interface LearnStep {
  /** Steps of all attempts so far. */
  readonly step: number;
  /** Attempts given up. */
  readonly attempt: number;
  /** Steps of this attempt. */
  readonly attemptStep: number;
  /** Nats a digit. */
  readonly loss: number;
  /** The net as it is after the step. */
  readonly net: Network;
}

/** A net that has learned, or the last one that has not. */
export interface Learned {
  /** The net; dispose it. */
  readonly net: Network;
  /** The task of its training. */
  readonly task: FiniteTask;
  /** Its automaton, where its patterns are distinct. */
  readonly automaton?: Automaton;
  /** Whether it is proven to add numbers of every length. */
  readonly invariance?: Invariance;
  /** Steps of all attempts together. */
  readonly steps: number;
  /** Attempts given up. */
  readonly restarts: number;
  /** Loss after each step of the last attempt, nats a digit. */
  readonly losses: readonly number[];
  /** Stopped by the signal. */
  readonly stopped: boolean;
  /** From where a stopped training goes on, by `resume`. */
  readonly state: AttemptState;
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
/** Steps of an attempt at most, and between the seeds of two attempts. */
const MAX_STEPS = 4000;
const SEED_STRIDE = 1_000_000;

/** 2-3-1 logistic net, weights N(0,1). */
const additionNet = (seed: number): Promise<Network> =>
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
 * What is known of a net: the automaton where its patterns are distinct, the proof where that is the adder.
 */
type Proof = Pick<Learned, "automaton" | "invariance">;

async function prove(net: Network, task: FiniteTask): Promise<Proof> {
  // patterns that overlap: train on
  const automaton = await extractAutomaton(net, task).catch(() => undefined);
  return { automaton, invariance: automaton?.equivalent ? await invariantBoxes(net, task) : undefined };
}

/** When an attempt tries a proof, and when it is given up. */
class Schedule {
  #learned: number;
  #nextTry: number;

  constructor({ learned, nextTry }: AttemptState) {
    this.#learned = learned;
    this.#nextTry = nextTry;
  }

  get state(): Pick<AttemptState, "learned" | "nextTry"> {
    return { learned: this.#learned, nextTry: this.#nextTry };
  }

  /** Whether the loss has never fallen below LEARNED in PATIENCE steps. */
  isStuck(step: number, loss: number): boolean {
    if (!this.#learned && loss < LEARNED) {
      this.#learned = step;
      this.#nextTry = step + FIRST_TRY;
    }
    return !this.#learned && step >= PATIENCE;
  }

  /** Whether it is time to try a proof. */
  isDue(step: number): boolean {
    if (!this.#learned || step < this.#nextTry) return false;
    this.#nextTry = this.#learned + Math.round((step - this.#learned) * 1.5);
    return true;
  }
}

/** Trains one net until it is proven, stuck or stopped. */
async function attemptProof(
  net: Network,
  task: FiniteTask,
  { schedule, signal }: { schedule: Schedule; signal: AbortSignal | undefined },
  onStep: (step: number, loss: number) => void | Promise<void>,
): Promise<Proof> {
  let proof: Proof = {};
  if (net.step >= MAX_STEPS) return proof;
  const enough = new AbortController();
  const stop = (): void => enough.abort();
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  const look = async (step: number, loss: number): Promise<void> => {
    await onStep(step, loss);
    if (schedule.isStuck(step, loss)) return stop();
    if (!schedule.isDue(step)) return;
    proof = await prove(net, task);
    if (proof.invariance?.proven) stop();
  };
  try {
    await net.fit(task, {
      optimizer: nesterov({ rate: 1, momentum: 0.9, clip: 1 }),
      steps: MAX_STEPS - net.step,
      batch: 64,
      signal: enough.signal,
      onRecord: ({ step, loss }) => look(step, loss),
    });
  } finally {
    signal?.removeEventListener("abort", stop);
  }
  return proof;
}

/**
 * Trains until the net is proven to add numbers of every length: on `digits` digits only, with Nesterov's
 * momentum. About four attempts in ten end in a poor local minimum and are given up. Throws OptionError.
 */
export async function learnAddition(options: LearnOptions): Promise<Learned> {
  knownOptions("learnAddition", options, ["seed", "signal", "digits", "attempts", "resume", "onStep"]);
  const { seed, signal, digits = 12, attempts = 20, resume, onStep } = options;
  whole("learnAddition", "attempts", attempts, 1);
  const task = addition({ digits, minDigits: digits });
  let state: AttemptState = resume?.state ?? { attempt: 0, before: 0, learned: 0, nextTry: 0 };
  let net = resume?.net ?? (await additionNet(seed));
  for (;;) {
    const { attempt, before } = state;
    const losses: number[] = [];
    const schedule = new Schedule(state);
    const proof = await attemptProof(net, task, { schedule, signal }, (attemptStep, loss) => {
      losses.push(loss);
      return onStep?.({ step: before + attemptStep, attempt, attemptStep, loss, net });
    });
    const stopped = signal?.aborted ?? false;
    const steps = before + net.step;
    state = { ...state, ...schedule.state };
    if (proof.automaton?.equivalent || stopped || attempt + 1 >= attempts)
      return { net, task, ...proof, steps, restarts: attempt, losses, stopped, state };
    net.dispose();
    state = { attempt: attempt + 1, before: steps, learned: 0, nextTry: 0 };
    net = await additionNet(seed + SEED_STRIDE * state.attempt);
  }
}
