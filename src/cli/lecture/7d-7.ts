/**
 * Way 4: echo-state initialization and momentum: Nesterov's, with centering and without it, and classical.
 * In the last net the output unit feeds back, so that all connections of the slide are learned: input to
 * hidden, hidden to hidden, hidden to output, and output to hidden.
 */
import { normal, sparse } from "../../models/network/initializers.ts";
import { dense } from "../../models/network/layers.ts";
import { feedback } from "../../models/network/optional/layers.ts";
import { rnn } from "../../models/network/recurrent-layers.ts";
import { type Network, network } from "../../models/network/network.ts";
import { momentum } from "../../optim/momentum.ts";
import { nesterov } from "../../optim/nesterov.ts";
import { piecewise } from "../../optim/schedule.ts";
import { centered, outputBias, type TaskMeans, taskMeans } from "../../tasks/centered.ts";
import { longLag } from "../../tasks/long-lag/long-lag.ts";
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { type Engine, engine } from "../../wasm/engine.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { Task } from "../../train/task.ts";
import type { LectureContext, Run } from "./experiment.ts";
import { atLeast, atMost, decide } from "./verdict.ts";

const LAG = 20;
const UPDATES = 2500;
const BATCH = 50;
/** What is tried. */
interface Curve {
  readonly name: string;
  readonly center: boolean;
  readonly radius: number;
  readonly optimizer: typeof nesterov | typeof momentum;
  /** Momentum after the start. */
  readonly fast: number;
  /** Whether the output unit has a state that feeds back. */
  readonly feedback?: boolean;
}
/** All but the last begin with the same weights. */
const curves: readonly Curve[] = [
  { name: "centered", center: true, radius: 1.1, optimizer: nesterov, fast: 0.98 },
  { name: "not centered", center: false, radius: 1.1, optimizer: nesterov, fast: 0.98 },
  { name: "centered, classical momentum", center: true, radius: 1.1, optimizer: momentum, fast: 0.98 },
  { name: "centered, no momentum", center: true, radius: 1.1, optimizer: nesterov, fast: 0 },
  { name: "centered, spectral radius .3", center: true, radius: 0.3, optimizer: nesterov, fast: 0.98 },
  {
    name: "output to hidden too",
    center: true,
    radius: 1.1,
    optimizer: nesterov,
    fast: 0.98,
    feedback: true,
  },
];
const H = 100;

/** What all trainings share. */
interface Setting {
  readonly plain: Task;
  readonly means: TaskMeans;
  readonly float64: Engine;
  readonly seed: number;
}

/** A net with echo-state initialization; with centering its output begins at the mean target. */
async function makeNet(
  { plain, means, float64, seed }: Setting,
  { center, radius, feedback: feedsBack }: Curve,
): Promise<Network> {
  const init = { input: normal(0.1), recurrent: sparse({ spectralRadius: radius }) };
  const { output } = plain;
  const net = await network({
    input: plain.input,
    loss: plain.loss,
    seed,
    layers: feedsBack
      ? [feedback(rnn(H + output, { init }), { outputs: output })]
      : [rnn(H, { init }), dense(output, { init: { input: normal(0.1) } })],
  });
  const bias = outputBias(float64, plain, means);
  if (feedsBack) startOutput(net, bias);
  else if (center) net.parameters.find((p) => p.name === "dense2.b")!.set(bias);
  return net;
}

/** What goes into the output unit begins as in the other nets: small weights, and the mean target. */
function startOutput(net: Network, bias: ArrayLike<number>): void {
  const [Wh, b] = ["Wh", "b"].map((name) => net.parameters.find((p) => p.name === `feedback1.${name}`)!);
  const n = H + bias.length;
  Wh.set(Wh.data.map((w, i) => (i % n < H ? w : 0.1 * w)));
  b.set(b.data.map((v, j) => (j < H ? v : bias[j - H])));
}

/** The weights from the output unit to the hidden ones. */
const fromOutput = (net: Network): ArrayLike<number> => {
  const Wh = net.parameters.find((p) => p.name === "feedback1.Wh");
  return Wh?.data.slice(H * Wh.shape[1], H * Wh.shape[1] + H) ?? [];
};

/** ‖b - a‖ / ‖a‖. */
function change(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let off = 0;
  let size = 0;
  for (let i = 0; i < a.length; ++i) {
    off += (b[i] - a[i]) ** 2;
    size += a[i] ** 2;
  }
  return Math.sqrt(off / size);
}

/**
 * One training: its losses, smoothed, every twentieth of them; the fraction of fresh sequences that it gets
 * wrong; how much weights from output to hidden changed, relative to what they were.
 */
async function learn(
  setting: Setting,
  curve: Curve,
  { signal }: LectureContext,
  progress: (fraction: number, note: string) => void,
): Promise<{ losses: number[]; loss: number; wrong: number; changed: number }> {
  const { plain, means, float64, seed } = setting;
  const { name, center, optimizer, fast } = curve;
  const task = centered(plain, center ? means : { input: new Float64Array(plain.input) });
  const net = await makeNet(setting, curve);
  const before = fromOutput(net);
  const schedule = piecewise([
    [0, Math.min(fast, 0.9)],
    [300, fast],
  ]);
  const options = {
    optimizer: optimizer({ rate: 0.02, momentum: schedule }),
    batch: BATCH,
    steps: UPDATES,
    signal,
  };
  const losses: number[] = [];
  let mean = NaN;
  for await (const { step, loss } of net.train(task, options)) {
    mean = Number.isNaN(mean) ? loss : 0.98 * mean + 0.02 * loss;
    if (step % 20 !== 0) continue;
    losses.push(mean);
    progress(step / UPDATES, `${name}: loss ${mean.toFixed(5)}`);
  }
  signal.throwIfAborted();
  const items = plain.batch(2000, new Random(float64, seed, streams.experimentTest));
  const y = net.predict(items.map((item) => task.center(item).input));
  const changed = change(before, fromOutput(net));
  net.dispose();
  const wrong = items.filter((item, j) => plain.wrong(item, y[j]) > 0).length / items.length;
  return { losses, loss: mean, wrong, changed };
}

function drawn(losses: readonly number[][]): string {
  const x = losses[0].map((_, i) => 20 * (i + 1));
  return svg(
    plot({
      title: "Initialization and momentum",
      note:
        `Addition, T = ${LAG}: the same start with and without centered inputs and outputs; ` +
        "Nesterov's momentum but where it says classical",
      x: { label: "update" },
      y: { label: "loss", log: true },
      marks: curves.map(({ name }, i) => ({ kind: "line" as const, x, y: losses[i], label: name })),
    }),
  );
}

/** Wrong sequences (fraction) by each of the curves. */
export interface FromEchoes {
  readonly full: number;
  readonly slow: number;
  readonly small: number;
  readonly all: number;
  /** Relative change of the weights from the output unit to the hidden ones. */
  readonly changed: number;
  /** Of a constant predictor. */
  readonly chance: number;
}

export const criteria = [
  atMost("initialization, centering, momentum: wrong / chance", 0.5, (m: FromEchoes) => m.full / m.chance),
  atLeast("without momentum: wrong more than with it", 0.1, (m: FromEchoes) => m.slow - m.full),
  atMost("output to hidden too: wrong / chance", 0.5, (m: FromEchoes) => m.all / m.chance),
  atLeast("weights from output to hidden: relative change", 0.05, (m: FromEchoes) => m.changed),
  atLeast("without the initialization (radius .3): wrong more", 0.1, (m: FromEchoes) => m.small - m.full),
];

export const run: Run = async (context) => {
  const { seed, log, progress } = context;
  const plain = longLag.addition({ lag: LAG });
  const float64 = await engine("float64");
  const setting = {
    plain,
    float64,
    seed,
    means: taskMeans(plain, new Random(float64, seed, streams.experiment)),
  };
  const numbers: Record<string, number> = {};
  log(
    `Addition, T = ${LAG}: ${H} tanh units, 15 weights into each, spectral radius 1.1; momentum ` +
      `(Nesterov's, then classical) .9 for 300 updates, then .98; ${UPDATES} updates of ${BATCH}.`,
  );
  const found = [];
  for (const [i, curve] of curves.entries()) {
    const one = await learn(setting, curve, context, (fraction, note) =>
      progress((i + fraction) / curves.length, note),
    );
    numbers[`${curve.name}: wrong (fraction of 2000)`] = one.wrong;
    numbers[`${curve.name}: loss`] = one.loss;
    found.push(one);
  }
  numbers["constant predictor: wrong"] = plain.chance;
  const [full, , , slow, small, all] = found.map(({ wrong }) => wrong);
  const { changed } = found[found.length - 1];
  numbers["weights from output to hidden: relative change"] = changed;
  return {
    numbers,
    ...decide(criteria, { full, slow, small, all, changed, chance: plain.chance }),
    figure: drawn(found.map(({ losses }) => losses)),
  };
};
