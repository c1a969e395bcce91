/** Finished runs of a comparison, and the state of an interrupted one, in a folder. */
import { appendFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkOutputFile, checkOutputFolder, writeWhole } from "../output-file.ts";
import type { RunKey, RunResult, RunState } from "./run.ts";

const keyText = ({ task, way, lag, seed }: RunKey): string => `${task}-${way}-${lag}-${seed}`;

/** The runs in a folder, or in memory alone. */
export class RunRecord {
  readonly #folder: string | undefined;
  readonly #budget: number;
  readonly #done = new Map<string, RunResult>();

  constructor(folder: string | undefined, budget: number) {
    this.#folder = folder;
    this.#budget = budget;
    if (!folder) return;
    checkOutputFolder("out", folder);
    const file = join(folder, "runs.jsonl");
    checkOutputFile("out", file);
    if (!existsSync(file)) return;
    for (const line of readFileSync(file, "utf8").split("\n")) {
      let run: RunResult & { budget: number };
      try {
        run = JSON.parse(line) as typeof run;
      } catch {
        continue;
      } // the last line of a run that was killed
      if (run.solved || run.budget >= budget) this.#done.set(keyText(run), run);
    }
  }

  /** The result of a run that is finished. */
  find(key: RunKey): RunResult | undefined {
    return this.#done.get(keyText(key));
  }

  /** Keeps a finished run; what it could have gone on from is gone. */
  add(run: RunResult): void {
    this.#done.set(keyText(run), run);
    if (!this.#folder) return;
    appendFileSync(join(this.#folder, "runs.jsonl"), `${JSON.stringify({ ...run, budget: this.#budget })}\n`);
    for (const end of ["json", "safetensors"])
      rmSync(join(this.#folder, `${keyText(run)}.${end}`), { force: true });
  }

  /** Keeps where an interrupted run was. */
  interrupted(key: RunKey, state: RunState): void {
    if (!this.#folder) return;
    const base = join(this.#folder, keyText(key));
    writeWhole(`${base}.safetensors`, state.model);
    // the model is whole when this is there
    writeWhole(`${base}.json`, JSON.stringify({ sequences: state.sequences, seconds: state.seconds }));
  }

  /** From where an interrupted run goes on. */
  resume(key: RunKey): RunState | undefined {
    const base = this.#folder && join(this.#folder, keyText(key));
    if (!base || !existsSync(`${base}.json`)) return undefined;
    return {
      ...(JSON.parse(readFileSync(`${base}.json`, "utf8")) as { sequences: number; seconds: number }),
      model: readFileSync(`${base}.safetensors`),
    };
  }
}
