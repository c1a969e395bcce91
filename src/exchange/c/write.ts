/** A net as one file of C99 without dependencies, that computes the bits of `net.stream()`. */
import { OptionError, knownOptions, oneOf, show } from "../../wasm/errors.ts";
import type { Network } from "../../models/network/network.ts";
import { lossOf } from "../../models/network/spec.ts";
import { netData, type NetData } from "../nets/net.ts";
import { functionsOf } from "./kernels.ts";
import { Program } from "./program.ts";
import type { WeightKind } from "./weights.ts";

const who = "toC";

/** How a net is written as C. */
export interface COptions {
  /** What the names of the file begin with: NAME_state, NAME_reset, NAME_step. Default "net". */
  readonly name?: string;
  /**
   * "float32" (default): the bits of `net.stream()`. "int8": matrices in a quarter of the bytes, a scale for
   * each column; the file's first comment states the error of the weights.
   */
  readonly weights?: WeightKind;
}

/** The statements that turn the last layer's result into what the net predicts. */
function ending(program: Program, { spec }: NetData): string[] {
  const { name } = lossOf(spec.loss);
  const { at, width } = program.output;
  program.code.used.add("copy");
  const copied = [`copy(${width}, ${at}, y);`];
  if (name === "squared") return copied;
  if (name === "bernoulli") {
    program.code.used.add("apply").add("logistic");
    return [...copied, `apply(${width}, logistic, y);`];
  }
  if (name !== "softmax" && name !== "ctc")
    throw new OptionError(`${who}: a net of loss ${String(name)} cannot be written as C`);
  program.code.used.add("softmax");
  return [...copied, `softmax(${width}, y);`];
}

/** The first comment: what the file is, how it is called, what it costs. */
function opening(net: NetData, program: Program, name: string, reals: number): string {
  const layers = net.spec.layers.map((layer) =>
    "units" in layer ? `${layer.type}(${layer.units})` : layer.type,
  );
  const lines = [
    `${layers.join(", ")}: a net that reads one step at a time, written by unrolled.`,
    "",
    `  ${name}_state s;         ${4 * reals} bytes`,
    `  ${name}_reset(&s${givenOf(net) ? ", initial" : ""});      a sequence begins`,
    `  ${name}_step(&s, x, y);  x [${name.toUpperCase()}_INPUT], y [${name.toUpperCase()}_OUTPUT]`,
    "",
    `Constants take ${program.code.bytes} bytes; nothing is allocated.`,
    ...(program.code.errors.length > 0
      ? ["Weights are in 8 bits. Their errors:", ...program.code.errors.map((line) => `  ${line}`)]
      : [
          "Compiled with -O2 -ffp-contract=off, where float arithmetic is IEEE single precision, the results",
          "have the bits of net.stream().",
        ]),
    ...(program.code.used.has("layer_norm")
      ? ["It calls sqrt: link with -lm where that is a library apart."]
      : []),
  ];
  return ["/*", ...lines.map((line) => ` * ${line}`.trimEnd()), " */"].join("\n");
}

const givenOf = ({ spec }: NetData): number =>
  spec.layers.reduce((sum, layer) => sum + ("given" in layer ? (layer.given?.length ?? 0) : 0), 0);

const body = (statements: readonly string[]): string => statements.map((line) => `  ${line}`).join("\n");

/** The functions that a caller meets. */
function interfaceOf(net: NetData, program: Program, name: string, ends: readonly string[]): string {
  const { input } = net.spec;
  const symbols =
    typeof input === "object" ? input.symbols : (net.spec.layers[0] as { symbols?: number }).symbols;
  const upper = name.toUpperCase();
  const given = givenOf(net);
  const width = typeof input === "object" ? (input.perStep ?? 1) : input;
  const fields = [...program.code.fields].map(([field, reals]) => `float ${field}[${reals}];`);
  const type = symbols ? "int32_t" : "float";
  const unread = width > 0 ? [] : ["(void)x;"];
  const check = `for (int i = 0; i < ${upper}_INPUT; ++i) if (x[i] < 0 || x[i] >= ${symbols}) return -1;`;
  return `enum { ${upper}_INPUT = ${width}, ${upper}_OUTPUT = ${program.output.width} };

/* One sequence in progress. */
typedef struct {
${body(fields)}
} ${name}_state;

/* Back to the start of a sequence. */
void ${name}_reset(${name}_state *s${given ? `, const float initial[${given}]` : ""}) {
${body(["memset(s, 0, sizeof *s);", ...program.code.reset])}
}

/* The output y for one more step with input x. 0, or -1 where x is no symbol. */
int ${name}_step(${name}_state *s, const ${type} x[${Math.max(width, 1)}], float y[${program.output.width}]) {
${body([...(symbols ? [check] : unread), ...program.code.statements, ...ends, "return 0;"])}
}`;
}

/**
 * The net as one C99 file: its weights, the state of a sequence, and a step that gives the float32 bits of
 * `net.stream()` (compile with -ffp-contract=off). Throws OptionError for nets that need whole sequences, and
 * for float64.
 */
export function toC(net: Network, options: COptions = {}): string {
  knownOptions(who, options, ["name", "weights"]);
  const { name = "net", weights = "float32" } = options;
  oneOf(who, "weights", weights, ["float32", "int8"]);
  if (typeof name !== "string" || !/^[A-Za-z]\w*$/.test(name))
    throw new OptionError(`${who}: name is ${show(name)}, want letters, digits and _, a letter first`);
  const data = netData(who, net);
  if (data.spec.precision !== "float32")
    throw new OptionError(`${who}: the net is ${data.spec.precision}, want one of precision "float32"`);
  const program = new Program(data, weights);
  const ends = ending(program, data);
  const reals = [...program.code.fields.values()].reduce((sum, n) => sum + n, 0);
  return `${[
    opening(data, program, name, reals),
    `#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>`,
    `#if defined(__FAST_MATH__) || !defined(FLT_EVAL_METHOD) || FLT_EVAL_METHOD != 0
#error "want float arithmetic in single precision: no -ffast-math, and SSE rather than x87"
#endif
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif`,
    functionsOf(program.code.used),
    ...program.code.constants,
    interfaceOf(data, program, name, ends),
  ].join("\n\n")}\n`;
}
