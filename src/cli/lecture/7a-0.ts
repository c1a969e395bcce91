/**
 * 7a-0: "turn a sequence of sound pressures into a sequence of word identities". Strings of digits by voices
 * that no recognizer has heard: a hidden Markov model with Gaussian mixtures; Robinson's hybrid, whose states
 * a recurrent net tells apart; and a net that learns the words' order alone (connectionist temporal
 * classification).
 */
import { plot, type Mark } from "../../figures/plot.ts";
import { panels, svg } from "../../figures/svg.ts";
import {
  frontEnd,
  hybridRecognizer,
  speechRecognizer,
  type PlacedWord,
  type TextRecording,
} from "../../speech/index.ts";
import { digitWords, joinedStrings, saidStrings, STRING_RATE } from "./digit-strings.ts";
import type { LectureContext, Outcome, Run } from "./experiment.ts";
import { atMost, decide } from "./verdict.ts";
import { percentText } from "../progress.ts";

/** A recognizer that was trained: its word error, and what it hears in the first string of the test. */
interface Heard {
  readonly name: string;
  readonly wordError: number;
  readonly words: readonly PlacedWord[];
}

/** The data and what follows a training. */
interface Task {
  readonly context: LectureContext;
  readonly train: readonly TextRecording[];
  readonly test: readonly TextRecording[];
  readonly rate: number;
}

const CELLS = 32;
const EPOCHS = 24;
const AT_MOST = 10; // word error of the two that learn with a net, %

/** Word errors of voices never heard, %. */
export interface WordErrors {
  readonly hybrid: number;
  readonly order: number;
}

export const criteria = [
  atMost("word error of the hybrid, %", AT_MOST, ({ hybrid }: WordErrors) => hybrid),
  atMost("word error of the net by CTC, %", AT_MOST, ({ order }: WordErrors) => order),
];

async function byStates(emission: "mixture" | "net", { context, train, test, rate }: Task): Promise<Heard> {
  const { seed, signal } = context;
  const recognizer = await hybridRecognizer({
    words: digitWords,
    rate,
    emission,
    cells: CELLS,
    states: 5,
    seed,
  });
  try {
    const { history } = await recognizer.fit(train, { epochs: EPOCHS, copies: 2, batch: 16, signal });
    signal.throwIfAborted();
    const { wordError } = recognizer.evaluate(test);
    const name = emission === "net" ? "hybrid: net and HMM" : "HMM with mixtures";
    context.log(`${name}: aligned ${history.length} times, word error ${percentText(wordError)}`);
    return { name, wordError, words: recognizer.predict([test[0]])[0].words };
  } finally {
    recognizer.dispose();
  }
}

async function byOrder({ context, train, test, rate }: Task): Promise<Heard> {
  const { seed, signal } = context;
  const recognizer = await speechRecognizer({ units: "words", words: digitWords, rate, cells: CELLS, seed });
  try {
    const { steps } = await recognizer.fit(train, { epochs: EPOCHS, copies: 2, batch: 16, signal });
    signal.throwIfAborted();
    const { wordError } = await recognizer.evaluate(test);
    context.log(`net by CTC: ${steps} steps, word error ${percentText(wordError)}`);
    const [{ words }] = await recognizer.predict([test[0]]);
    return { name: "net by CTC", wordError, words };
  } finally {
    recognizer.dispose();
  }
}

/** The sound of one string, and above it what each recognizer hears where. */
async function soundFigure({ samples, rate = STRING_RATE, text }: TextRecording, all: readonly Heard[]) {
  const hear = await frontEnd({ rate, normalize: "level" });
  const features = hear.features(samples, { rate });
  const F = hear.columns;
  const T = features.length / F;
  hear.dispose();
  const values = Float64Array.from({ length: F * T }, (_, i) => features[(i % T) * F + Math.floor(i / T)]);
  const seconds = samples.length / rate;
  const rowOf = (i: number): number => F + 2 + 4 * i;
  const marks: Mark[] = [
    { kind: "raster", values, rows: F, columns: T, x: [0, seconds], y: [0, F], label: "ln energy" },
  ];
  all.forEach(({ words }, i) => {
    const y = rowOf(i);
    for (const { word, from, to } of words)
      marks.push({ kind: "text", x: (from + to) / 2, y, text: word, anchor: "middle" });
  });
  return plot({
    title: `Sound pressures into words: "${text}"`,
    x: { label: "seconds" },
    y: {
      ticks: [
        { at: F / 2, label: "mel bands" },
        ...all.map(({ name }, i) => ({ at: rowOf(i), label: name })),
      ],
      range: [0, F + 4 * all.length + 1],
    },
    marks,
  });
}

/** The three word errors, side by side. */
const errorFigure = (all: readonly Heard[]) =>
  plot({
    title: "Word error on voices that were not heard before",
    note: "The first two align sound with states of words; the third learns their order alone.",
    x: { ticks: all.map(({ name }, at) => ({ at, label: name })), range: [-0.6, all.length - 0.4] },
    y: { label: "%", range: [0, Math.max(5, ...all.map(({ wordError }) => 110 * wordError))] },
    marks: [
      { kind: "bars", width: 0.6, x: all.map((_, i) => i), y: all.map(({ wordError }) => 100 * wordError) },
      ...all.map(({ wordError }, x): Mark => {
        const text = percentText(wordError);
        return { kind: "text", x, y: 100 * wordError + 0.2, text, anchor: "middle" };
      }),
    ],
  });

export const run: Run = async (context): Promise<Outcome> => {
  const { seed, data, log, progress } = context;
  const strings = await (data === undefined ? saidStrings(seed) : joinedStrings(data, seed));
  const { train, test, voices } = strings;
  const seconds = train.reduce((sum, { samples, rate = STRING_RATE }) => sum + samples.length / rate, 0);
  log(
    `${train.length} strings of digits by ${voices[0]} voices, ${seconds.toFixed(0)} s; ` +
      `${test.length} strings by ${voices[1]} others.`,
  );
  const task: Task = { context, train, test, rate: train[0].rate ?? STRING_RATE };
  const all: Heard[] = [];
  for (const [i, make] of [
    () => byStates("mixture", task),
    () => byStates("net", task),
    () => byOrder(task),
  ].entries()) {
    all.push(await make());
    progress((i + 1) / 3, all[i].name);
  }
  const [, hybrid, order] = all;
  return {
    numbers: Object.fromEntries(
      all.map(({ name, wordError }) => [`${name}: word error, %`, 100 * wordError]),
    ),
    ...decide(criteria, { hybrid: 100 * hybrid.wordError, order: 100 * order.wordError }),
    figure: svg(panels([errorFigure(all), await soundFigure(test[0], all)])),
  };
};
