/**
 * Nets as C: compiled by gcc, random nets give the bits of their streams over 10,000 steps each; with
 * 8-bit weights they give those of the net whose weights are so rounded.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { quantize } from "../../src/formats/int8.ts";
import { constant } from "../../src/exchange/c/kernels.ts";
import { toC } from "../../src/exchange/c/write.ts";
import { netData } from "../../src/exchange/nets/net.ts";
import { writeCheckpoint } from "../../src/models/network/checkpoint.ts";
import * as unrolled from "../../src/index.ts";
import type { Network, NetworkSpec } from "../../src/index.ts";
import { randomInput, randomSpec, vary, type Can } from "./random-net.js";

const STEPS = 10_000;
/** Random nets: UNROLLED_NETS=20 npx vitest run test/exchange/c.test.ts */
const NETS = Number(process.env.UNROLLED_NETS ?? 6);
const can: Can = {
  recurrent: ["lstm", "gru", "rnn"],
  activations: ["identity", "tanh", "logistic", "relu"],
  peepholes: true,
  lstm1997: true,
  before: true,
  leak: true,
  delayTaps: true,
  skip: true,
  conv: true,
  causal: true,
  strides: true,
  layerNorm: true,
};
const missing = spawnSync("gcc", ["--version"]).status !== 0;
if (missing) console.log("toC: no gcc on this machine, the comparison of bits is left out");

const folder = mkdtempSync(join(tmpdir(), "unrolled-c-"));
afterAll(() => rmSync(folder, { recursive: true }));
const { network, lstm, gru, rnn, dense, bidirectional } = unrolled;

/** A program that reads inputs and writes outputs, step after step. */
const main = (symbols: boolean, initial: string): string => `
#include <stdio.h>
#include "net.h"
int main(void) {
  static net_state s;
  ${symbols ? "int32_t" : "float"} x[NET_INPUT];
  float y[NET_OUTPUT];
  ${initial ? `const float initial[] = {${initial}};` : ""}
  net_reset(&s${initial ? ", initial" : ""});
  while (fread(x, 4, NET_INPUT, stdin) == NET_INPUT) {
    if (net_step(&s, x, y) != 0) return 1;
    fwrite(y, 4, NET_OUTPUT, stdout);
  }
  return 0;
}
`;

/** What the compiled net gives for a sequence, and the bytes of its code and constants. */
function compiled(
  source: string,
  input: NetworkSpec["input"],
  x: readonly number[],
  { flags = ["-O2"], initial = "" } = {},
) {
  const symbols = typeof input !== "number";
  writeFileSync(join(folder, "net.h"), source);
  writeFileSync(join(folder, "main.c"), main(symbols, initial));
  const strict = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off", ...flags];
  execFileSync("gcc", [...strict, "main.c", "-o", "net", "-lm"], { cwd: folder });
  const given = symbols ? Int32Array.from(x) : Float32Array.from(x);
  const out = execFileSync(join(folder, "net"), { input: new Uint8Array(given.buffer), maxBuffer: 2 ** 28 });
  writeFileSync(join(folder, "unit.c"), source);
  execFileSync("gcc", ["-std=c99", "-O2", "-ffp-contract=off", "-c", "unit.c"], { cwd: folder });
  const [, line] = execFileSync("size", ["unit.o"], { cwd: folder, encoding: "utf8" }).split("\n");
  return { y: new Float32Array(Uint8Array.from(out).buffer), bytes: Number(line.trim().split(/\s+/)[0]) };
}

/** What the stream gives. */
function streamed(net: Network, x: readonly number[]): Float32Array {
  const { input } = net.spec;
  const I = typeof input === "number" ? input : (input.perStep ?? 1);
  const stream = net.stream();
  const y: number[] = [];
  for (let t = 0; t * I < x.length; ++t) y.push(...stream.step(x.slice(t * I, (t + 1) * I)));
  stream.dispose();
  return Float32Array.from(y);
}

/** The first place where bits differ; NaN, which a net that explodes ends in, has many. */
function difference(a: Float32Array, b: Float32Array): number {
  const bits = [a, b].map((y) => new Uint32Array(y.map((x) => (Number.isNaN(x) ? NaN : x)).buffer));
  return a.length === b.length ? bits[0].findIndex((word, i) => word !== bits[1][i]) : 0;
}

/** The net whose matrices are those that 8 bits restore. */
async function rounded(net: Network): Promise<Network> {
  const { spec, parameters } = netData("test", net);
  const tensors = [...parameters].map(([name, matrix]) => ({
    name,
    shape: [matrix.rows, matrix.columns],
    data: /\.(W|Wx|Wh|table)$/.test(name) ? quantize(matrix).restored : matrix.data,
  }));
  return network.load(writeCheckpoint(spec, tensors));
}

describe.skipIf(missing)("the bits of the stream", () => {
  const seeds = Array.from({ length: NETS }, (_, i) => i + 1);
  test("layers added to what they stand on, gated ones, and output units", async () => {
    const { feedback, glu, layerNorm, residual } = unrolled;
    const layers = [residual([layerNorm(), rnn(9), glu(3)]), feedback(gru(8), { outputs: 5 }), dense(2)];
    const net = vary(await network({ input: 3, layers, loss: "softmax" }), 7);
    const x = randomInput(3, 200, 7);
    expect(difference(streamed(net, x), compiled(toC(net), 3, x).y)).toBe(-1);
    net.dispose();
  });

  test("what stands on convolutions of strides 3 and 2 moves once in six steps", async () => {
    const { conv } = unrolled;
    const layer = { causal: true, width: 3, activation: "tanh" } as const;
    const layers = [conv({ ...layer, units: 4, stride: 3 }), conv({ ...layer, units: 5, stride: 2 })];
    const spec = { input: 2, layers: [...layers, lstm(6), dense(2)], loss: "squared" } as const;
    const net = vary(await network(spec), 11);
    const x = randomInput(2, 500, 11);
    const { y } = compiled(toC(net), 2, x);
    expect(difference(streamed(net, x), y)).toBe(-1);
    expect(new Set(Array.from({ length: 250 }, (_, t) => y[2 * t])).size).toBe(42);
    net.dispose();
  });

  test.each(seeds)(`net %i of ${NETS} gives them for ${STEPS} steps`, async (seed) => {
    const net = vary(await network(randomSpec(unrolled, 70 + seed, "float32", can)), seed);
    const x = randomInput(net.spec.input, STEPS, seed);
    const source = toC(net);
    const { y, bytes } = compiled(source, net.spec.input, x, { flags: [seed % 2 ? "-O2" : "-O3"] });
    const want = streamed(net, x);
    expect(want.length).toBe(STEPS * Number(/NET_OUTPUT = (\d+)/.exec(source)![1]));
    expect(difference(want, y)).toBe(-1);
    const layers = net.spec.layers.map(({ type }) => type).join(" ");
    const state = /net_state s;\s+(\d+) bytes/.exec(source)![1];
    if (process.env.UNROLLED_SIZES)
      console.log(
        `net ${seed}: ${layers}: ${net.size} weights, ${bytes} bytes of code, constants; state ${state}`,
      );
    net.dispose();
  });

  test.each([1, 2, 3, 4])("net %i in 8 bits gives those of the net with rounded weights", async (seed) => {
    const net = await network(randomSpec(unrolled, 170 + seed, "float32", can));
    const x = randomInput(net.spec.input, 1000, seed);
    const source = toC(net, { weights: "int8", name: "net" });
    expect(source).toMatch(/Their errors:\n \* {3}\w+\.\w+: at most [\d.e-]+ a weight/);
    const near = await rounded(net);
    expect(difference(streamed(near, x), compiled(source, net.spec.input, x).y)).toBe(-1);
    near.dispose();
    net.dispose();
  });

  test("decayed states, large inputs and saturated gates give the same bits", async () => {
    for (const layer of [lstm(5), gru(5), gru(5, { reset: "before" }), rnn(5), rnn(5, { leak: 0.9 })]) {
      const net = await network({ input: 1, layers: [layer, dense(3)], loss: "softmax", seed: 3 });
      const x = Array.from({ length: 3000 }, (_, t) => (t % 1000 < 8 ? (t % 2 ? 1e4 : -1e-3) * t : 0));
      expect(difference(streamed(net, x), compiled(toC(net), 1, x).y)).toBe(-1);
      net.dispose();
    }
  });

  test("a step off by one operation is seen", async () => {
    const net = await network({ input: 2, layers: [lstm(4), dense(2)], loss: "squared" });
    const x = randomInput(2, 200, 1);
    const planted = toC(net).replace("flush(f * c[j] + i * g)", "flush(i * g + f * c[j] * 1.0000001f)");
    expect(difference(streamed(net, x), compiled(planted, 2, x).y)).toBeGreaterThanOrEqual(0);
    net.dispose();
  });

  test("initial states from data are given to reset", async () => {
    const net = await network({ input: 1, layers: [rnn(3, { given: [2, 0] })], loss: "squared" });
    const stream = net.stream().reset([0.5, -0.25]);
    const { y } = compiled(toC(net), 1, [1, 2], { initial: "0.5f, -0.25f" });
    expect([...y]).toEqual([...stream.step([1]), ...stream.step([2])]);
    net.dispose();
  });
});

describe("what is written", () => {
  test("constants are exact: every bit pattern of a finite real reads back", () => {
    const values = [0, -0, 1, -1.5, 2 ** -149, -(2 ** -126), 3.4028234663852886e38, Math.fround(0.1)];
    expect(values.map(constant)).toEqual([
      "0.0f",
      "-0.0f",
      "0x1p0f",
      "-0x1.8p0f",
      "0x0.000002p-126f",
      "-0x1p-126f",
      "0x1.fffffep127f",
      "0x1.99999ap-4f",
    ]);
  });
  test("nets that need whole sequences, float64 and wrong names are refused", async () => {
    const both = await network({ input: 1, layers: [bidirectional(rnn(2))], loss: "squared" });
    expect(() => toC(both)).toThrow(/toC: layer "bidirectional1" needs whole sequences/);
    const wide = await network({ input: 1, layers: [rnn(2)], loss: "squared", precision: "float64" });
    expect(() => toC(wide)).toThrow(/the net is float64, want one of precision "float32"/);
    const net = await network({ input: 1, layers: [rnn(2)], loss: "squared" });
    expect(() => toC(net, { name: "1x" })).toThrow(/name is "1x"/);
    expect(() => toC(net, { weights: "int4" as never })).toThrow(/want one of float32, int8/);
    expect(() => toC({} as never)).toThrow(/toC: got Object, want a net/);
    for (const one of [both, wide, net]) one.dispose();
  });
});
