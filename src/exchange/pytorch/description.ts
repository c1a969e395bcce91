/** What a state dict does not say about its net, in the words of torch.nn: for fromPyTorch. */
import type { Activation } from "../../wasm/kernels.ts";
import type { Precision } from "../../wasm/memory.ts";
import { OptionError, inRange, knownOptions, oneOf, show, whole } from "../../wasm/errors.ts";
import type { DelayTapsLayer, DropoutLayer, SubsampleLayer } from "../../models/network/layers.ts";
import type { NetworkSpec } from "../../models/network/spec.ts";

/** A module by the prefix of its tensors' names, with what its tensors do not say. */
export interface PyTorchModule {
  /** `"lstm"` for `lstm.weight_ih_l0`; `""` for tensors without a prefix. */
  readonly module: string;
  /**
   * What follows an nn.Linear or nn.Conv1d (default "identity"), or the nonlinearity of an nn.RNN (default
   * "tanh").
   */
  readonly activation?: Activation;
  /** What a lone weight without bias belongs to, where places in the net leave it open. */
  readonly kind?: "linear" | "embedding";
  /** The input of this nn.Linear goes on beside its output: torch.cat([linear(x), x], -1). Default false. */
  readonly skip?: boolean;
  /** Of an nn.Conv1d. Default 1. */
  readonly stride?: number;
  /** Of an nn.Conv1d. Default 1. */
  readonly dilation?: number;
  /** Whether an nn.Conv1d stands on zeros in front alone; else on as many on either side. Default false. */
  readonly causal?: boolean;
  /** `eps` of an nn.LayerNorm. Default 1e-5. */
  readonly epsilon?: number;
}

/** A place in the net: a module, or a layer of this library that has no weights. */
export type PyTorchPlace = string | PyTorchModule | DropoutLayer | DelayTapsLayer | SubsampleLayer;

/** The net around the tensors. All of it may be left out where names and shapes say enough. */
export interface PyTorchDescription {
  /**
   * Modules in the order in which data pass them. Left out: found from the shapes, which must fit together
   * in one way only.
   */
  readonly layers?: readonly PyTorchPlace[];
  /** Default: symbols in front of an nn.Embedding, else as many reals as the first module takes. */
  readonly input?: NetworkSpec["input"];
  /** Default "squared": the net gives out what its last module does. */
  readonly loss?: NetworkSpec["loss"];
  /** Default: "float64" where a tensor is, else "float32". */
  readonly precision?: Precision;
  /** Seed of what is random in later training. Default 1. */
  readonly seed?: number;
  /** Plain data to keep with the net. */
  readonly notes?: NetworkSpec["notes"];
}

function checkPlace(who: string, place: PyTorchPlace): void {
  if (typeof place === "string") return;
  if (typeof place !== "object" || place === null)
    throw new OptionError(`${who}: description.layers holds ${show(place)}, want names of modules`);
  if ("type" in place) {
    oneOf(who, "a layer without weights", place.type, ["dropout", "delayTaps", "subsample"]);
    if (place.type === "dropout") inRange(who, "dropout.rate", place.rate, 0, 1 - 2 ** -24);
    if (place.type === "delayTaps") whole(who, "delayTaps.taps", place.taps, 1);
    if (place.type === "subsample") whole(who, "subsample.steps", place.steps, 1);
    return;
  }
  knownOptions(`${who}: description.layers`, place, [
    "module",
    "activation",
    "kind",
    "skip",
    "stride",
    "dilation",
    "causal",
    "epsilon",
  ]);
  if (typeof place.module !== "string")
    throw new OptionError(`${who}: description.layers: module is ${show(place.module)}, want a name`);
  oneOf(who, "activation", place.activation ?? "identity", ["identity", "tanh", "logistic", "relu"]);
  oneOf(who, "kind", place.kind ?? "linear", ["linear", "embedding"]);
}

/** Throws OptionError on what is no description. */
export function checkDescription(who: string, description: PyTorchDescription): void {
  knownOptions(who, description, ["layers", "input", "loss", "precision", "seed", "notes"]);
  const { layers } = description;
  if (layers === undefined) return;
  if (!Array.isArray(layers) || layers.length === 0)
    throw new OptionError(`${who}: description.layers is ${show(layers)}, want an array of modules`);
  layers.forEach((place: PyTorchPlace) => checkPlace(who, place));
}
