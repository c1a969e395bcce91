/**
 * A good echo state network for some data, by search: numbers of the spec drawn evenly from their ranges,
 * each reservoir run once and its readout solved for many ridges, compared on data held back; the best that
 * is stable is fitted to everything. (Lukoševičius 2012 says what matters; Bergstra & Bengio 2012 why random
 * points serve better than a grid.)
 */
import { inferenceEngine } from "../../inference/inference-engine.ts";
import type { DataItem } from "../../data/item.ts";
import { esn, type Esn, type EsnReport } from "../../models/esn/esn.ts";
import { dataOf, readEsnSpec, widthsOf, type EsnSpec } from "../../models/esn/spec.ts";
import { knownOptions, NumericError, OptionError, seedOption, whole } from "../../wasm/errors.ts";
import type { AbortSignal } from "../../wasm/platform.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { readChoices, type Drawn, type EsnCandidate, type EsnChoices, type Plan } from "./choices.ts";
import { readPieces, type Pieces } from "./pieces.ts";
import { heldError, isStable, runsOn, type Drive } from "./score.ts";

/** How far a search is. */
export interface EsnSelectProgress {
  /** Reservoirs that were tried. */
  readonly trials: number;
  /** All of them. */
  readonly of: number;
  /** The last one tried. */
  readonly candidate: EsnCandidate;
  /** The smallest error so far. */
  readonly best: number;
}

/** How to search. */
export interface EsnSelectOptions {
  /** Reservoirs to try. Default 20. */
  readonly trials?: number;
  /** Share of every sequence, from its end, to compare on; or other sequences. Default 0.2. */
  readonly validation?: number | readonly DataItem[];
  /**
   * Steps of a forecast: 1 compares answers to the inputs as they came; more, free runs from five places of
   * what was held back. Default 1.
   */
  readonly horizon?: number;
  /** Of the points that are drawn; the reservoirs have the seed of the choices. Default 1. */
  readonly seed?: number;
  /** Stops between two trials: rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after each trial. */
  readonly onProgress?: (event: EsnSelectProgress) => void;
}

/** The net that was chosen, and what else was tried. */
export interface EsnSelection {
  /** Fitted to all data. */
  readonly model: Esn;
  /** Of its fit. */
  readonly report: EsnReport;
  /** The best first. */
  readonly candidates: readonly EsnCandidate[];
}

/** A search, checked. */
interface Search {
  readonly plan: Plan;
  readonly drive: Drive;
  readonly pieces: Pieces;
  readonly horizon: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * The best ridge for a fitted net, and its error; those that cannot be solved for, or whose run diverges, are
 * passed over.
 */
function bestRidge(net: Esn, { plan, drive, pieces, horizon }: Search): { ridge: number; error: number } {
  let best = { ridge: plan.ridges[plan.ridges.length - 1], error: Infinity };
  for (const ridge of plan.ridges) {
    try {
      net.solve(ridge);
      const error = heldError(net, drive, pieces.held, horizon);
      if (error < best.error) best = { ridge, error };
    } catch (error) {
      if (!(error instanceof NumericError)) throw error;
    }
  }
  return best;
}

async function tryOne(search: Search, numbers: Record<Drawn, number>): Promise<EsnCandidate> {
  const { plan, pieces, signal } = search;
  const largest = plan.ridges[plan.ridges.length - 1];
  const net = await esn({ ...plan.base, ...numbers, ridge: largest });
  try {
    await net.fit(pieces.fit, signal ? { signal } : {});
    return { ...numbers, ...bestRidge(net, search) };
  } catch (error) {
    if (!(error instanceof NumericError)) throw error;
    return { ...numbers, ridge: largest, error: Infinity };
  } finally {
    net.dispose();
  }
}

/** What a net of these choices is driven by. */
function driveOf(who: string, spec: EsnSpec): Drive {
  const full = readEsnSpec(who, spec);
  return { data: dataOf(full), feedback: widthsOf(full).feedback > 0 };
}

/** The first candidate that is stable once it is fitted to everything; marks those that are not. */
async function firstStable(
  { plan, drive, signal }: Search,
  ranked: EsnCandidate[],
  items: readonly DataItem[],
): Promise<Pick<EsnSelection, "model" | "report"> | undefined> {
  const { held: sequences } = readPieces("selectEsn", drive.data, items, items);
  for (const [i, candidate] of ranked.entries()) {
    if (!Number.isFinite(candidate.error)) return undefined;
    signal?.throwIfAborted();
    const { error: _, ...numbers } = candidate;
    const model = await esn({ ...plan.base, ...numbers });
    let kept = false;
    try {
      const report = await model.fit(items, signal ? { signal } : {});
      kept = isStable(model, drive, sequences);
      ranked[i] = { ...candidate, stable: kept };
      if (kept) return { model, report };
    } finally {
      if (!kept) model.dispose();
    }
  }
  return undefined;
}

/**
 * Searches for an echo state network: numbers of `choices` may be ranges, [smallest, largest]. Throws
 * OptionError and DataError before anything runs, NumericError where no candidate is stable.
 */
export async function selectEsn(
  items: readonly DataItem[],
  choices = {} as EsnChoices,
  options: EsnSelectOptions = {},
): Promise<EsnSelection> {
  const who = "selectEsn";
  knownOptions(who, options, ["trials", "validation", "horizon", "seed", "signal", "onProgress"]);
  const trials = whole(who, "trials", options.trials ?? 20, 1);
  const horizon = whole(who, "horizon", options.horizon ?? 1, 1);
  const seed = seedOption(who, options.seed ?? 1);
  const { signal, onProgress } = options;
  const engine = await inferenceEngine();
  const plan = readChoices(who, choices, engine, new Random(engine, seed, streams.reservoirSearch));
  const drive = driveOf(who, { ...plan.base, ...plan.largest });
  if (horizon > 1 && !runsOn(drive))
    throw new OptionError(
      `${who}: horizon is ${horizon}, and a net without feedback whose outputs are not its inputs ` +
        "cannot run on; want 1",
    );
  const pieces = readPieces(who, drive.data, items, options.validation ?? 0.2);
  const search = { plan, drive, pieces, horizon, signal };
  const candidates: EsnCandidate[] = [];
  let best = Infinity;
  while (candidates.length < trials) {
    signal?.throwIfAborted();
    const candidate = await tryOne(search, plan.next());
    candidates.push(candidate);
    best = Math.min(best, candidate.error);
    onProgress?.({ trials: candidates.length, of: trials, candidate, best });
  }
  candidates.sort((a, b) => (a.error < b.error ? -1 : Number(a.error > b.error)));
  const found = await firstStable(search, candidates, items);
  if (found) return { ...found, candidates };
  throw new NumericError(
    `${who}: none of ${trials} reservoirs is stable; try more, a larger ridge, or a smaller spectral radius`,
  );
}
