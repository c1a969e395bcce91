/**
 * A recognizer in a file: safetensors of its net, or of its Gaussians, with how long its states last, and how
 * often they are.
 */
import { isObject } from "../../formats/json.ts";
import { DataError, show } from "../../wasm/errors.ts";
import { AcousticNet } from "../acoustic/acoustic-net.ts";
import { readNotes, withNotes } from "../acoustic/notes.ts";
import { Mixtures } from "./mixtures.ts";
import { makeParts, readSpec, shapeOf, type HybridSpec, type Parts } from "./parts.ts";
import type { HybridRecognizerSpec } from "./spec.ts";
import type { StateScores } from "./state-scores.ts";
import { stateCount } from "./topology.ts";

/** What a fitted recognizer hears by. */
export interface Emissions {
  readonly scores: StateScores;
  /** Where there is no net. */
  readonly mixtures: Mixtures | undefined;
}

/** The bytes of a recognizer. */
export function writeHybrid(
  kind: string,
  { spec, acoustic }: Parts,
  { scores, mixtures }: Emissions,
): Uint8Array<ArrayBuffer> {
  const { stay, priors } = scores;
  const notes = { recognizer: spec, stay: [...stay], ...(priors ? { priors: [...priors] } : {}) };
  if (acoustic) return acoustic.wrap(kind, acoustic.net.save(), notes);
  return withNotes(kind, mixtures!.save(), notes);
}

/** The recognizer in the bytes of `writeHybrid`. Throws DataError on others. */
export async function readHybrid(
  kind: string,
  bytes: Uint8Array | ArrayBuffer,
): Promise<{ parts: Parts; emissions: Emissions }> {
  const who = `${kind}.load`;
  const notes = readNotes(kind, bytes);
  const spec = specOf(who, notes.recognizer);
  const scores = scoresOf(who, spec, notes);
  const acoustic = spec.emission === "net" ? await netOf(kind, bytes, spec) : undefined;
  try {
    const sizes = { ...spec, states: stateCount(shapeOf(spec)) };
    const parts = await makeParts(who, spec, acoustic);
    const mixtures = acoustic
      ? undefined
      : await Mixtures.load(who, bytes, { ...sizes, width: parts.hear.columns });
    return { parts, emissions: { scores, mixtures } };
  } catch (error) {
    acoustic?.dispose();
    throw error;
  }
}

function specOf(who: string, spec: unknown): HybridSpec {
  try {
    return readSpec(who, (isObject(spec) ? spec : {}) as unknown as HybridRecognizerSpec);
  } catch (error) {
    throw new DataError((error as Error).message, { cause: error });
  }
}

/** Throws DataError unless there is a share of each state, and of a net its priors. */
function scoresOf(who: string, spec: HybridSpec, { stay, priors }: Record<string, unknown>): StateScores {
  const N = stateCount(shapeOf(spec));
  const read = (name: string, shares: unknown): Float64Array => {
    const isShare = (p: unknown): boolean => typeof p === "number" && p > 0 && p < 1;
    if (!Array.isArray(shares) || shares.length !== N || !shares.every(isShare))
      throw new DataError(`${who}: ${name} is ${show(shares)}, want ${N} probabilities`);
    return Float64Array.from(shares as number[]);
  };
  return { stay: read("stay", stay), ...(spec.emission === "net" ? { priors: read("priors", priors) } : {}) };
}

async function netOf(kind: string, bytes: Uint8Array | ArrayBuffer, spec: HybridSpec): Promise<AcousticNet> {
  const { acoustic } = await AcousticNet.unwrap(kind, bytes);
  const { classes, learns, hearing, stack } = acoustic.spec;
  const fits =
    acoustic.fitted &&
    classes === stateCount(shapeOf(spec)) &&
    learns === "time" &&
    hearing.rate === spec.rate &&
    stack === spec.stack;
  if (fits) return acoustic;
  acoustic.dispose();
  throw new DataError(`${kind}.load: the net does not fit the recognizer's words, rate and steps`);
}
