/**
 * 7a-3: a hidden layer on delay taps sees what a weighted sum cannot, and on words it is Bengio's language
 * model.
 */
import { type Figure, panels, svg } from "../../figures/svg.ts";
import { plot } from "../../figures/plot.ts";
import { autoregressive } from "../../models/autoregressive/autoregressive.ts";
import { languageModel } from "../../models/language-model/language-model.ts";
import { delayTaps, dense } from "../../models/network/layers.ts";
import { network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { nextStep } from "../../tasks/next-step.ts";
import { engine } from "../../wasm/engine.ts";
import { streams } from "../../wasm/streams.ts";
import { Random } from "../../wasm/random.ts";
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { follow } from "./follow.ts";
import { compareOnText, onText, SENTENCES } from "./real-text.ts";
import { atMost, decide } from "./verdict.ts";

const pluralOf = (noun: string): string => (noun === "child" ? "children" : `${noun}s`);

/** Sentences that agree in number: the verb depends on the noun before the adverb, two words back. */
function sentences(random: Random, count: number): string[][] {
  const pick = <T>(list: readonly T[]): T => list[random.integer(0, list.length - 1)];
  return Array.from({ length: count }, () => {
    const plural = random.integer(0, 1);
    const who = pick(["cat", "dog", "bird", "child"]);
    const verb = pick(["sleep", "run", "sing"]);
    return [
      pick(["the", plural ? "some" : "a"]),
      plural ? pluralOf(who) : who,
      pick(["often", "never", "now"]),
      plural ? verb : `${verb}s`,
      ".",
    ];
  });
}

/** e^(mean -ln P) of a bigram model with one count added to each pair. */
function bigramPerplexity(
  train: readonly string[][],
  test: readonly string[][],
  vocabulary: readonly string[],
): number {
  const counts = new Map<string, number>();
  const totals = new Map<string, number>();
  let sum = 0;
  let words = 0;
  for (const s of train)
    s.forEach((w, t) => {
      const before = s[t - 1] ?? "^";
      counts.set(`${before} ${w}`, (counts.get(`${before} ${w}`) ?? 0) + 1);
      totals.set(before, (totals.get(before) ?? 0) + 1);
    });
  for (const s of test)
    s.forEach((w, t) => {
      const before = s[t - 1] ?? "^";
      sum -= Math.log(
        ((counts.get(`${before} ${w}`) ?? 0) + 1) / ((totals.get(before) ?? 0) + vocabulary.length),
      );
      ++words;
    });
  return Math.exp(sum / words);
}

/** Mean probability of a verb of the wrong number, at the verbs. */
function agreement(
  predicted: readonly ArrayLike<number>[],
  test: readonly string[][],
  vocabulary: readonly string[],
): number {
  const verbs = ["sleep", "run", "sing"];
  const total = test.reduce((sum, s, i) => {
    const plural = verbs.includes(s[3]);
    return (
      sum +
      verbs.reduce(
        (p, v) => p + predicted[i][3 * vocabulary.length + vocabulary.indexOf(plural ? `${v}s` : v)],
        0,
      )
    );
  }, 0);
  return total / test.length;
}

/** Noise of the bent map. */
const SD = 0.005;

/** x ← 1 - 1.4·x² + 0.3·(x one step earlier) + noise, kept within ±1.5. */
function bentMap(random: Random): number[] {
  const x = [0.1, 0.1];
  while (x.length < 1100)
    x.push(Math.max(-1.5, Math.min(1.5, 1 - 1.4 * x.at(-1)! ** 2 + 0.3 * x.at(-2)! + SD * random.normal())));
  return x;
}

/** What two models predicted of the held-out end of the bent map. */
interface MapResult {
  readonly held: readonly number[];
  /** linear[t] is predicted of held[t], layered[t] of held[t + 1]. */
  readonly linear: ArrayLike<number>;
  readonly layered: ArrayLike<number>;
  /** Root mean square errors one step ahead. */
  readonly errors: { readonly ar: number; readonly net: number };
}

/** A weighted sum, and a hidden layer on delay taps, learn the bent map. */
async function learnMap(context: LectureContext): Promise<MapResult> {
  const { seed } = context;
  const ar = await autoregressive({ maxOrder: 10 });
  const x = bentMap(new Random(ar.engine, seed, streams.initial));
  const seen = x.slice(100, 900);
  const held = x.slice(900);
  const net = await network({
    input: 1,
    layers: [delayTaps(2), dense(20, { activation: "tanh" }), dense(1)],
    loss: "squared",
    seed,
  });
  await ar.fit(seen);
  await follow(
    context,
    net,
    nextStep(Array.from({ length: 16 }, (_, i) => seen.slice(i * 50, (i + 1) * 50))),
    { optimizer: adam({ rate: (step) => 0.02 / (1 + step / 500) }), steps: 2500 },
    { from: 0, to: 0.5, note: "series" },
  );
  const rmse = (predicted: ArrayLike<number>, from: number): number =>
    Math.sqrt(
      held.slice(20).reduce((sum, v, t) => sum + (v - predicted[t + 20 + from]) ** 2, 0) / (held.length - 20),
    );
  const [{ means: linear }] = ar.predict([held]);
  const [layered] = net.predict([held]);
  for (const model of [ar, net]) model.dispose();
  return { held, linear, layered, errors: { ar: rmse(linear, 0), net: rmse(layered, -1) } };
}

/** A bigram model and Bengio's on sentences of their own. */
async function learnWords({
  seed,
  signal,
  progress,
}: LectureContext): Promise<{ perplexity: number; bigram: number; wrong: number }> {
  const words = sentences(new Random(await engine("float64"), seed, streams.experiment), 600);
  const train = words.slice(0, 500);
  const test = words.slice(500);
  const vocabulary = [...new Set(words.flat())];
  const lm = await languageModel({ vocabulary, context: 3, embedding: 8, hidden: 20, direct: true, seed });
  await lm.fit(train, {
    steps: 800,
    signal,
    onProgress: ({ step, steps, loss }) =>
      progress(0.5 + (0.5 * step) / steps, `words: loss ${loss.toFixed(3)}`),
  });
  // five words: determiner (2 of 3 ways: 1.04 nats), noun and number given it, adverb (ln 3), verb (ln 3),
  // full stop
  const result = {
    perplexity: lm.perplexity(test),
    bigram: bigramPerplexity(train, test, vocabulary),
    wrong: agreement(lm.predict(test), test, vocabulary),
  };
  lm.dispose();
  return result;
}

function drawnMap({ held, linear, layered, errors }: MapResult): Figure {
  const order = held.slice(1, -1).map((_, t) => t);
  const late = order.slice(12);
  const now = (steps: readonly number[]): number[] => steps.map((t) => held[t + 1]);
  return plot({
    title: "The next value of a bent map",
    note:
      `One-step error: autoregression ${errors.ar.toFixed(3)}, hidden ` +
      `layer ${errors.net.toFixed(4)}, noise ${SD}`,
    x: { label: "x now" },
    y: { label: "x next" },
    marks: [
      {
        kind: "points",
        size: 3,
        x: now(order),
        y: order.map((t) => held[t + 2]),
        label: "observed",
        color: "#bbb",
      },
      { kind: "points", size: 1.8, x: now(late), y: late.map((t) => linear[t + 2]), label: "autoregression" },
      {
        kind: "points",
        size: 1.8,
        x: now(order),
        y: order.map((t) => layered[t + 1]),
        label: "taps and a hidden layer",
        color: "#c33",
      },
    ],
  });
}

/** Perplexities of models of words, as bars. */
function drawnWords(title: string, models: readonly (readonly [string, number])[]): Figure {
  return plot({
    title,
    note: "Perplexity on words that the models did not see: among so many, equally likely, one must choose",
    x: { ticks: models.map(([label], at) => ({ at, label })), range: [-0.6, models.length - 0.4] },
    y: { label: "perplexity", range: [0, 1.2 * Math.max(...models.map(([, value]) => value))] },
    marks: [
      { kind: "bars", x: models.map((_, i) => i), y: models.map(([, value]) => value), width: 0.6 },
      ...models.map(([, y], x) => ({
        kind: "text" as const,
        x,
        y: 1.05 * y,
        text: y.toPrecision(3),
        anchor: "middle" as const,
      })),
    ],
  });
}

/** What the verdict is about. */
export interface Layered {
  /** One-step errors on the bent map. */
  readonly ar: number;
  readonly net: number;
  /** Perplexities on sentences. */
  readonly bigram: number;
  readonly neural: number;
  /** Probability of verbs of the wrong number, at the verbs. */
  readonly wrong: number;
}

export const criteria = [
  atMost("series: error with a hidden layer / of a weighted sum", 0.1, (m: Layered) => m.net / m.ar),
  atMost("series: error with a hidden layer / noise", 3, (m: Layered) => m.net / SD),
  atMost("words: perplexity / of a bigram model", 0.85, (m: Layered) => m.neural / m.bigram),
  atMost("words: probability of verbs of the wrong number", 0.05, (m: Layered) => m.wrong),
];

export const run: Run = async (context): Promise<Outcome> => {
  context.log(
    "x ← 1 - 1.4·x² + 0.3·(x one step earlier) + a little noise: no weighted sum of the past predicts it.",
  );
  const { text: given, progress } = context;
  const before: LectureContext =
    given === undefined ? context : { ...context, progress: (f, note) => progress(SENTENCES * f, note) };
  const map = await learnMap(before);
  context.log(
    "Sentences whose verb agrees with the noun two words before: a bigram model forgets it, a neural " +
      "one looks it up.",
  );
  const { perplexity, bigram, wrong } = await learnWords(before);
  const text = given === undefined ? undefined : await compareOnText(given, context);
  const { checks } = decide(criteria, { ...map.errors, bigram, neural: perplexity, wrong });
  if (text) checks.push(...decide(onText, text).checks);
  const figures = [
    drawnMap(map),
    drawnWords("Sentences whose verb agrees", [
      ["pairs of words", bigram],
      ["neural, three words back", perplexity],
    ]),
  ];
  if (text)
    figures.push(
      drawnWords("The text", [
        ["trigram", text.trigram],
        ["neural", text.neural],
        ["both", text.both],
      ]),
    );
  return {
    numbers: {
      "series: noise": SD,
      "series: autoregression, one-step error": map.errors.ar,
      "series: taps and 20 hidden units, one-step error": map.errors.net,
      "words: perplexity of a bigram model": bigram,
      "words: perplexity of the neural language model": perplexity,
      "words: probability it gives to verbs of the wrong number": wrong,
      ...(text && {
        "text: words": text.words,
        "text: vocabulary": text.vocabulary,
        "text: perplexity of an interpolated trigram": text.trigram,
        "text: perplexity of the neural language model": text.neural,
        "text: perplexity of both together": text.both,
      }),
    },
    verdict: checks.every(({ holds }) => holds),
    checks,
    figure: svg(panels(figures, { columns: 2 })),
  };
};
