/** What models have in common that hear by an acoustic net: one fit at a time, a file, and an end. */
import { DataError } from "../../wasm/errors.ts";
import { DISPOSE, Lifetime } from "../../models/lifetime.ts";
import { SingleFit } from "../../models/single-fit.ts";
import type { Figures, FitReport } from "../../models/network/fit.ts";
import { AcousticNet } from "./acoustic-net.ts";
import { adaptNet, type AdaptReport, type AdaptTask } from "./adapt.ts";
import type { Example } from "./examples.ts";
import type { HearingFitOptions } from "./fit-options.ts";

/** A model that hears. */
export abstract class HearingModel {
  /** Its net with the front end. */
  protected readonly acoustic: AcousticNet;
  readonly #who: string;
  readonly #life: Lifetime;
  readonly #fits: SingleFit;

  /** Use a model's own function. */
  constructor(who: string, acoustic: AcousticNet) {
    this.#who = who;
    this.#life = new Lifetime(who);
    this.#fits = new SingleFit(this.#life);
    this.acoustic = this.#life.own(acoustic);
  }

  /** Samples a second. */
  get rate(): number {
    return this.acoustic.hear.spec.rate;
  }

  /** safetensors: net, front end, standardization, what else it knows; with `training`, its state too. */
  save(options?: { training?: boolean }): Uint8Array<ArrayBuffer> {
    this.check("save");
    return this.#wrap(this.acoustic.net.save(options));
  }

  /** Gives all memory back, and ends a fit. */
  dispose(): void {
    this.#life.end();
  }

  /** `using model = await wordSpotter(spec)`. */
  [DISPOSE](): void {
    this.dispose();
  }

  /** Plain data that the file keeps beside the net. */
  protected abstract notes(): object;

  /** The name for error messages. Throws DisposedError after the end. */
  protected check(method: string): string {
    return this.#life.check(method);
  }

  /** The same before what trains the net. Throws OptionError while it is trained. */
  protected checkFit(method = "fit"): string {
    return this.#fits.check(method);
  }

  /** Gets used to a voice, after `checkFit`. */
  protected adaptTo(who: string, task: AdaptTask): Promise<AdaptReport> {
    return this.#fits.run(() => adaptNet(who, this.acoustic, task));
  }

  /** Fits, after `checkFit`; `look` gives figures of validation recordings after each epoch. */
  protected learn(
    who: string,
    examples: () => Promise<readonly Example[]> | readonly Example[],
    options: HearingFitOptions,
    look?: () => Figures | Promise<Figures>,
  ): Promise<FitReport> {
    return this.#fits.run(async () =>
      this.acoustic.fit(who, await examples(), options, {
        ...(look ? { look } : {}),
        wrap: (bytes) => this.#wrap(bytes),
      }),
    );
  }

  #wrap(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    return this.acoustic.wrap(this.#who, bytes, this.notes());
  }
}

/** The model of a file, made from its net and its notes. Throws DataError on others. */
export async function loadHearing<Model>(
  who: string,
  bytes: Uint8Array | ArrayBuffer,
  make: (acoustic: AcousticNet, notes: Readonly<Record<string, unknown>>) => Model,
): Promise<Model> {
  const { acoustic, notes } = await AcousticNet.unwrap(who, bytes);
  try {
    return make(acoustic, notes);
  } catch (error) {
    acoustic.dispose();
    throw error instanceof DataError ? error : new DataError((error as Error).message, { cause: error });
  }
}
