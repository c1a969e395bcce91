/** Loading: one engine a precision, its kernels and its memory, made once and shared by all models. */
import { knownOptions, oneOf, OptionError, show } from "./errors.ts";
import { reclaim } from "./forgotten.ts";
import { compile, engineOf, type Compiled, type Engine } from "./instantiate.ts";
import { precisions, type MemoryUsage, type Precision } from "./memory.ts";
import { optionalOf, type ModuleName } from "./module-name.ts";
import { onBoard } from "./on-board.ts";
import type { WasmModule } from "./platform.ts";
import { hasRelaxed, requireSimd } from "./simd.ts";
import { readGiven, type Given, type WasmSource } from "./wasm-source.ts";

export type { Engine } from "./instantiate.ts";

/**
 * `simd`: IEEE operations in a fixed order, the same bits everywhere. `relaxed`: fused multiply-add; faster,
 * bits may differ.
 */
export type Variant = "simd" | "relaxed";

/** What `init` accepts. */
export interface InitOptions {
  /**
   * Precisions to load now; others load when first used. Default: those of `wasm` if it says which, else
   * "float32".
   */
  precision?: Precision | Precision[];
  /**
   * The build of the kernels, for all engines loaded from now on. Default "simd"; "relaxed" throws where the
   * engine lacks it.
   */
  variant?: Variant;
  /**
   * Asks V8 to join adjacent vectors into 256 bits, with the same bits, for all engines loaded from now on.
   * Node 24 and later on x64; elsewhere nothing changes.
   */
  revectorize?: boolean;
  /**
   * The kernels, where none are on board or inlined bytes are not allowed: one source for the first
   * precision, or one for each. `optional32` and `optional64` are those of layers and losses that few nets
   * use: attention, pool, layerNorm, and losses with parameters.
   */
  wasm?:
    WasmSource | PromiseLike<WasmSource> | Partial<Record<ModuleName, WasmSource | PromiseLike<WasmSource>>>;
}

/** An engine that is loaded. */
export interface LoadedEngine {
  /** Of its reals. */
  precision: Precision;
  /** The build of its kernels; "given" where they came through `init({ wasm })`. */
  source: Variant | "given";
  /** How full its memory is. */
  memory: MemoryUsage;
}

/** What is in use: the variant of engines to come, V8's 256-bit flag, and the engines that are loaded. */
export interface EngineInfo {
  /** The build of engines loaded from now on. */
  variant: Variant;
  /** Whether V8 was asked to join vectors into 256 bits. */
  revectorize: boolean;
  /** One for each precision that is loaded. */
  engines: LoadedEngine[];
}

const variants = ["simd", "relaxed"] as const;

const loading = new Map<Precision, { engine: Promise<Engine>; source: Variant | "given" }>();
const loaded = new Map<Precision, { engine: Engine; source: Variant | "given" }>();
/** The code of optional kernels, from when a net asked for them or `init` was given it. */
const optional = new Map<Precision, WasmModule>();
let variant: Variant = "simd";
let revectorized = false;

/**
 * Loads the kernels ahead of first use. Without `wasm`, a new variant or flag idempotent; with them, engines
 * for models made later.
 */
export async function init(options: InitOptions = {}): Promise<void> {
  const { precision: named, wasm } = options ?? {};
  const asked = namedPrecisions(named);
  const given: Given = wasm === undefined ? { wanted: asked ?? ["float32"] } : readGiven(wasm, asked);
  choose(options);
  const { wanted, kernels, optional } = given;
  await Promise.all([
    ...wanted.map((precision) =>
      kernels?.[precision] ? start(precision, "given", kernels[precision]) : engine(precision),
    ),
    ...precisions.map((precision) => takeOptional(precision, optional?.[precision])),
  ]);
}

/** Takes over the variant and the flag. Throws OptionError before anything changes. */
function choose(options: InitOptions): void {
  knownOptions("init", options, ["precision", "variant", "revectorize", "wasm"]);
  const build = oneOf("init", "variant", options.variant ?? variant, variants);
  const { revectorize = false } = options;
  if (typeof revectorize !== "boolean")
    throw new OptionError(`init: revectorize is ${show(revectorize)}, want true or false`);
  if (build === "relaxed" && !hasRelaxed()) {
    throw new OptionError(
      'init: variant is "relaxed", want a JavaScript engine with relaxed SIMD (Node 22, Chromium ' +
        '114, Firefox 145); "simd" works here',
    );
  }
  const widened = revectorize && !revectorized && setV8Flag();
  if (!widened && build === variant) return;
  revectorized ||= widened;
  variant = build;
  // compiled without
  for (const [precision, { source }] of loading) if (source !== "given") loading.delete(precision);
}

/** The precisions that `init` is asked for, if any. Throws OptionError. */
const namedPrecisions = (given: InitOptions["precision"]): Precision[] | undefined =>
  given === undefined
    ? undefined
    : [given].flat().map((name) => oneOf("init", "precision", name, precisions));

/**
 * The engine of one precision, loaded at the first call. Whoever makes a model asks here first: where much
 * memory was taken since the last time, models that were forgotten give theirs back.
 */
export async function engine(precision: Precision): Promise<Engine> {
  oneOf("engine", "precision", precision, precisions);
  const found = await (loading.get(precision)?.engine ?? start(precision, variant, () => carried(precision)));
  await reclaim(found.memory);
  return found;
}

/** What is in use. */
export function engineInfo(): EngineInfo {
  return {
    variant,
    revectorize: revectorized,
    engines: [...loaded.values()].map(({ engine, source }) => ({
      precision: engine.precision,
      source,
      memory: engine.memory.usage,
    })),
  };
}

/** The compiled modules in use: what workers are to compute with. */
export function modulesInUse(): Partial<Record<ModuleName, WasmModule>> {
  const modules: Partial<Record<ModuleName, WasmModule>> = {};
  for (const [precision, { engine }] of loaded) modules[precision] = engine.module;
  for (const [precision, module] of optional) modules[optionalOf(precision)] = module;
  return modules;
}

/**
 * Begins to load an engine and makes it the one for models to come; a load that fails leaves the way free for
 * another.
 */
function start(
  precision: Precision,
  source: Variant | "given",
  compiled: () => Promise<Compiled>,
): Promise<Engine> {
  const previous = loading.get(precision);
  const promise = load(precision, compiled).then(
    (engine) => {
      if (loading.get(precision)?.engine === promise) loaded.set(precision, { engine, source });
      return engine;
    },
    (error: unknown) => {
      if (loading.get(precision)?.engine === promise) {
        if (previous) loading.set(precision, previous);
        else loading.delete(precision);
      }
      throw error;
    },
  );
  loading.set(precision, { engine: promise, source });
  return promise;
}

async function load(precision: Precision, compiled: () => Promise<Compiled>): Promise<Engine> {
  requireSimd("init");
  return engineOf(precision, await compiled(), () => optionalModule(precision));
}

/** The kernels on board of a precision, in the variant that `init` chose. */
const carried = (precision: Precision): Promise<Compiled> =>
  onBoard(precision, variant === "relaxed" ? `${precision}relaxed` : precision, (bytes) => compile(bytes));

/** Takes the optional kernels that `init` was given, for nets made from now on. */
async function takeOptional(
  precision: Precision,
  given: (() => Promise<WasmModule>) | undefined,
): Promise<void> {
  if (given) optional.set(precision, await given());
}

/** The optional kernels of a precision: given to `init`, or else those on board. */
export async function optionalModule(precision: Precision): Promise<WasmModule> {
  let module = optional.get(precision);
  if (!module) {
    const name = optionalOf(precision);
    module = await onBoard(name, name, (bytes) => WebAssembly.compile(bytes));
    optional.set(precision, module);
  }
  return module;
}

/**
 * What is used of Node's `process`, reached without an import so that pages and bundlers never see `node:`.
 */
interface Host {
  arch: string;
  versions: Record<string, string | undefined>;
  getBuiltinModule?(name: "node:v8"): { setFlagsFromString(flag: string): void };
}
const host = (globalThis as { process?: Host }).process;

/**
 * Sets V8's flag for 256-bit vectors, where the identity test has held it to the same bits: Node 24 and later
 * on x64.
 */
function setV8Flag(): boolean {
  const versions = host?.versions;
  if (
    !versions?.node ||
    versions.bun ||
    versions.deno ||
    parseInt(versions.node) < 24 ||
    host!.arch !== "x64"
  )
    return false;
  host!.getBuiltinModule!("node:v8").setFlagsFromString("--experimental-wasm-revectorize");
  return true;
}
