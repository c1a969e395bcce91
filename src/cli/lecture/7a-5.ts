/**
 * 7a-5: the dishonest casino. Posterior and best path find when the loaded die is in play, and Baum-Welch
 * finds the dice themselves.
 */
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { hmm } from "../../models/hmm/hmm.ts";
import type { Hmm } from "../../models/hmm/model.ts";
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { atLeast, atMost, decide, exactly } from "./verdict.ts";

const T = 4000;
const sixth = new Array<number>(6).fill(1 / 6);
const loaded = [0.1, 0.1, 0.1, 0.1, 0.1, 0.5];

/** What the verdict is about. */
export interface Casino {
  /** Share of throws where the posterior's favorite is right, and where always saying fair is. */
  readonly guessed: number;
  readonly chance: number;
  /** The same for the best path. */
  readonly path: number;
  /** Mean gap of posterior and frequency. */
  readonly gap: number;
  /** Iterations of Baum-Welch that made the throws less probable. */
  readonly fell: number;
  /** ln p of the learned casino less that of the true one. */
  readonly gain: number;
  /** Largest error of the learned chances: six of either die, and of staying. */
  readonly off: number;
}

export const criteria = [
  atLeast("right by the posterior, more than always saying fair", 0.05, (m: Casino) => m.guessed - m.chance),
  atLeast("right by the best path, more than always saying fair", 0.05, (m: Casino) => m.path - m.chance),
  atMost("posterior against frequency, mean gap", 0.05, (m: Casino) => m.gap),
  exactly("iterations of Baum-Welch that fell", 0, (m: Casino) => m.fell),
  atLeast("ln p learned less ln p of the true casino", 0, (m: Casino) => m.gain),
  atMost("largest error of a learned chance", 0.1, (m: Casino) => m.off),
];

/** Two dice of a casino, and 4000 throws of them. */
interface Game {
  readonly casino: Hmm;
  readonly sequence: Float64Array;
  readonly states: Int32Array;
  /** [T,2] p(state | all throws), and the most probable path. */
  readonly posterior: Float64Array;
  readonly path: Int32Array;
}

async function play(seed: number): Promise<Game> {
  const casino = await hmm({
    states: 2,
    emission: "categorical",
    symbols: 6,
    startprob: [1, 0],
    transmat: [
      [0.95, 0.05],
      [0.1, 0.9],
    ],
    emissionParameters: [sixth, loaded],
  });
  const { sequence, states } = casino.sample(T, { seed });
  const [posterior] = casino.posterior([sequence]);
  const [best] = casino.viterbi([sequence]);
  return { casino, sequence, states, posterior, path: best.states };
}

/** Share of throws where a guess of the loaded die is right. */
const right = ({ states }: Game, loaded: (t: number) => boolean): number =>
  states.reduce((n, s, t) => n + Number(loaded(t) === (s === 1)), 0) / T;

/** How far the posterior is from the frequency of the loaded die, in five bins of it, weighted. */
function calibration({ states, posterior }: Game): number {
  const all = Array.from(states, (s, t) => ({ p: posterior[2 * t + 1], s }));
  return [0, 1, 2, 3, 4].reduce((sum, bin) => {
    const some = all.filter(({ p }) => Math.min(Math.floor(p * 5), 4) === bin);
    if (some.length === 0) return sum;
    const gap = Math.abs(some.reduce((total, { p, s }) => total + p - s, 0) / some.length);
    return sum + (some.length / T) * gap;
  }, 0);
}

/** Baum-Welch from the throws alone. */
async function learn({ sequence }: Game, { seed, signal, progress }: LectureContext) {
  const learner = await hmm({ states: 2, emission: "categorical", symbols: 6, seed });
  let step = 0;
  const { history, logLikelihood } = await learner.fit([sequence], {
    iterations: 300,
    restarts: 3,
    tolerance: 1e-4,
    signal,
    onProgress: (e) => progress(Math.min(++step / 900, 1), `ln p ${e.objective.toFixed(1)}`),
  });
  signal.throwIfAborted();
  const { transmat, emission } = learner.parameters;
  learner.dispose();
  const fell = history.filter((h, i) => i > 0 && h < history[i - 1] - 1e-6).length;
  return { transmat, B: emission.probabilities, fell, logLikelihood };
}

function drawn({ states, posterior, path }: Game): string {
  const x = Array.from({ length: 300 }, (_, t) => t);
  return svg(
    plot({
      title: "Which die is it?",
      note:
        "Probability of the loaded die given all throws; the gray areas are where it truly was in " +
        "play, the dashes the most probable path.",
      x: { label: "throw" },
      y: { label: "p(loaded)", range: [0, 1.1] },
      marks: [
        { kind: "band", x, y: x.map(() => 0), y2: x.map((t) => states[t]), color: "#888" },
        { kind: "line", x, y: x.map((t) => posterior[2 * t + 1]), label: "posterior" },
        {
          kind: "line",
          x,
          y: x.map((t) => (path[t] === 1 ? 1.05 : NaN)),
          label: "best path",
          color: "#c33",
          width: 4,
        },
      ],
    }),
  );
}

export const run: Run = async (context): Promise<Outcome> => {
  const { seed, log } = context;
  log("A fair die, and one that shows a six half of the time; the dealer changes them now and then.");
  const game = await play(seed);
  const guessed = right(game, (t) => game.posterior[2 * t + 1] > 0.5);
  const constant = [true, false].map((answer) => right(game, () => answer));
  const chance = Math.max(...constant);
  const gap = calibration(game);
  log("Baum-Welch sees only the numbers, and starts from nothing.");
  const truth = game.casino.logLikelihood([game.sequence]);
  game.casino.dispose();
  const { transmat, B, fell, logLikelihood } = await learn(game, context);
  const six = B[5] > B[11] ? 0 : 1;
  const path = right(game, (t) => game.path[t] === 1);
  const learned = [B[6 * six + 5], B[6 * (1 - six) + 5], transmat[3 * six], transmat[3 * (1 - six)]];
  const off = Math.max(...[0.5, 1 / 6, 0.9, 0.95].map((p, i) => Math.abs(p - learned[i])));
  return {
    numbers: {
      "throws where the posterior's favorite is right": guessed,
      "throws where the best path is right": path,
      "the same, always saying fair": chance,
      "posterior against frequency, mean gap": gap,
      "ln p: true casino": truth,
      "ln p: learned": logLikelihood,
      "iterations that fell": fell,
      "learned: p(six) of the loaded die (true 0.5)": B[6 * six + 5],
      "learned: p(six) of the fair die (true 0.1667)": B[6 * (1 - six) + 5],
      "learned: loaded stays (true 0.9)": transmat[3 * six],
      "learned: fair stays (true 0.95)": transmat[3 * (1 - six)],
    },
    ...decide(criteria, { guessed, chance, path, gap, fell, gain: logLikelihood - truth, off }),
    figure: drawn(game),
  };
};
