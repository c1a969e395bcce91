/** The calibration of a reader, fitted to lines whose texts are known. */
import { agreeing } from "../../inference/agreement.ts";
import type { Engine } from "../../wasm/engine.ts";
import { fitLine, shares } from "./confidence.ts";
import { placeCharacters, searchLine, type LineScores } from "./decode.ts";
import type { Calibration } from "./spec.ts";

const WIDTH = 16; // prefixes that the search keeps

/** A line and its characters. */
interface KnownLine {
  readonly scores: LineScores;
  readonly truth: readonly string[];
}

/** Whether what is said with a probability is right, 0 or 1. */
interface Answer {
  readonly p: number;
  readonly right: number;
}

const lineOf = (engine: Engine, list: readonly Answer[]): readonly [offset: number, slope: number] =>
  fitLine(
    engine,
    list.map(({ p }) => p),
    list.map(({ right }) => right),
  );

/** The lines of texts and of characters under which what is right of these lines is most likely. */
export async function fitCalibration(
  engine: Engine,
  lines: readonly KnownLine[],
  alphabet: readonly string[],
): Promise<Calibration> {
  const texts: Answer[] = [];
  const characters: Answer[] = [];
  for (const { scores, truth } of lines) {
    const readings = await searchLine(scores, { width: WIDTH, language: undefined });
    const [{ labels }] = readings;
    const [p] = shares(
      engine,
      readings.map(({ score }) => score),
    );
    const read = labels.map((label) => alphabet[label]);
    texts.push({ p, right: Number(read.join("") === truth.join("")) });
    const right = agreeing(read, truth);
    placeCharacters(engine, scores, labels, alphabet.indexOf(" ")).forEach(({ probability }, i) =>
      characters.push({ p: probability, right: Number(right[i]) }),
    );
  }
  return { text: lineOf(engine, texts), character: lineOf(engine, characters) };
}
