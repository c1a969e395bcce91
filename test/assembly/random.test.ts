/**
 * Philox against the known answers of its authors, distributions by moments, and agreement of both
 * precisions; then the updates.
 */
import { describe, expect, test } from "vitest";
import { close } from "../close.ts";
import { both, f32, f64, inWorkspace } from "./workspace.ts";

const N = 100_000;
/** Four standard errors of a mean of N values with this variance. */
const bound = (variance: number): { abs: number } => ({ abs: 4 * Math.sqrt(variance / N) });
const mean = (xs: number[], of: (x: number) => number): number =>
  xs.reduce((sum, x) => sum + of(x), 0) / xs.length;

describe.each(both)("$name", ({ engine, round }) => {
  const k = engine.kernels;

  // kat_vectors of the Random123 distribution (Salmon et al. 2011), philox4x32 with 10 rounds
  test.each([
    { counter: [0, 0, 0, 0], key: [0, 0], want: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
    { counter: [-1, -1, -1, -1], key: [-1, -1], want: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd] },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      want: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ])(
    "Philox gives the known answer for counter $counter",
    ({ counter: [c0, c1, c2, c3], key: [k0, k1], want }) =>
      inWorkspace(engine, (workspace) => {
        const out = workspace.ints([0, 0, 0, 0]);
        k.randomBlock(k0, k1, c0, c1, c2, c3, out);
        expect(Array.from(engine.memory.ints(out, 4), (x) => x >>> 0)).toEqual(want);
      }),
  );

  test("normal values have the moments of the standard normal", () =>
    inWorkspace(engine, (workspace) => {
      const out = workspace.reals(new Float64Array(N));
      k.randomNormal(N, 1, 2, 3, 5, out);
      const xs = workspace.read(out, N);
      close(
        mean(xs, (x) => x),
        0,
        bound(1),
      );
      close(
        mean(xs, (x) => x * x),
        1,
        bound(2),
      );
      close(
        mean(xs, (x) => x ** 3),
        0,
        bound(15),
      );
      close(
        mean(xs, (x) => x ** 4),
        3,
        bound(96),
      );
      close(
        mean(xs, (x) => Number(x < 0.5)),
        0.6914624612740131,
        bound(0.2134),
      ); // Φ(½)
      close(xs.slice(1).reduce((sum, x, i) => sum + x * xs[i], 0) / N, 0, bound(1));
    }));

  test("an element depends on its place alone: a shorter array is a prefix, a later counter a suffix", () =>
    inWorkspace(engine, (workspace) => {
      const long = workspace.reals(new Float64Array(64));
      const short = workspace.reals(new Float64Array(64));
      k.randomNormal(64, 7, 8, 9, 10, long);
      k.randomNormal(13, 7, 8, 9, 10, short);
      expect(workspace.read(short, 13)).toEqual(workspace.read(long, 13));
      k.randomNormal(20, 7, 8, 9, 10 + 6, short);
      expect(workspace.read(short, 20)).toEqual(workspace.read(long, 64).slice(12, 12 + 20)); // two a block
      k.randomNormal(64, 7, 8, 10, 10, short);
      // another stream
      expect(workspace.read(short, 64).filter((x, i) => x === workspace.read(long, 64)[i])).toEqual([]);
      k.dropoutMask(0, 64, 7, 8, 9, 10, 0.5, long);
      k.dropoutMask(0, 20, 7, 8, 9, 10, 0.5, short);
      expect(workspace.read(short, 20)).toEqual(workspace.read(long, 20));
    }));

  test(
    "dropout's masks of two draws are not one mask moved: every shift agrees in about half of the " +
      "places",
    () =>
      inWorkspace(engine, (workspace) => {
        const N = 4096;
        const a = workspace.reals(new Float64Array(N));
        const b = workspace.reals(new Float64Array(N));
        k.dropoutMask(0, N, 7, 8, 9, 10, 0.5, a);
        k.dropoutMask(0, N, 7, 8, 9, 11, 0.5, b);
        const x = workspace.read(a, N);
        const y = workspace.read(b, N);
        for (let shift = -16; shift <= 16; ++shift) {
          const pairs = x.map((v, i) => [v, y[i + shift]]).filter(([, w]) => w !== undefined);
          const same = pairs.filter(([v, w]) => v === w).length;
          // five standard deviations
          expect(Math.abs(same / pairs.length - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(pairs.length));
        }
      }),
  );

  test("normalBlock gives the normals of an array, before rounding", () =>
    inWorkspace(engine, (workspace) => {
      const out = workspace.reals(new Float64Array(8));
      const pair = f64.memory === engine.memory ? workspace.reals([0, 0]) : workspace.reals([0, 0, 0, 0]);
      k.randomNormal(8, 1, 2, 3, -1, out); // the second block carries into the next counter word
      for (let b = 0; b < 4; ++b) {
        k.normalBlock(1, 2, b - 1, b ? 1 : 0, 3, 1, pair);
        const exact = new Float64Array(engine.kernels.memory.buffer.slice(pair, pair + 16));
        expect(workspace.read(out, 8).slice(2 * b, 2 * b + 2)).toEqual([round(exact[0]), round(exact[1])]);
      }
    }));

  test.each([0.9, 0.5, 0.2, 1])("dropout keeps a part of %f and its mean", (keep) =>
    inWorkspace(engine, (workspace) => {
      const out = workspace.reals(new Float64Array(N));
      k.dropoutMask(0, N, 1, 2, 3, 4, keep, out);
      const xs = workspace.read(out, N);
      expect(new Set(xs).size).toBe(keep === 1 ? 1 : 2);
      close(
        mean(xs, (x) => Number(x > 0)),
        keep,
        bound(0.25),
      );
      close(
        mean(xs, (x) => x),
        1,
        bound(1 / keep),
      );
    }),
  );

  const n = 23;
  test("momentumUpdate is v = mu·v - rate·g, θ += v", () =>
    inWorkspace(engine, (workspace) => {
      const [g, v, theta] = [1, 2, 3].map((seed) => workspace.random(n, seed));
      const [gs, vs, ts] = [g, v, theta].map((p) => workspace.read(p, n));
      k.momentumUpdate(n, 0.1, 0.9, g, v, theta);
      const now = vs.map((x, i) => round(round(round(0.9) * x) - round(round(0.1) * gs[i])));
      expect(workspace.read(v, n)).toEqual(now);
      expect(workspace.read(theta, n)).toEqual(ts.map((x, i) => round(x + now[i])));
    }));

  const tolerance = { rel: engine.precision === "float32" ? 1e-6 : 1e-14 }; // a few roundings
  test("adamUpdate is the formula of the paper", () =>
    inWorkspace(engine, (workspace) => {
      const [g, m, v, theta] = [1, 2, 3, 4].map((seed) => workspace.random(n, seed));
      engine.memory.reals(v, n).forEach((x, i, all) => {
        all[i] = Math.abs(x);
      });
      const [gs, ms, vs, ts] = [g, m, v, theta].map((p) => workspace.read(p, n));
      const c1 = 1 / (1 - 0.9 ** 3);
      const c2 = 1 / (1 - 0.999 ** 3);
      k.adamUpdate(n, 0.01, 0.9, 0.999, 1e-8, c1, c2, g, m, v, theta);
      const first = ms.map((x, i) => 0.9 * x + 0.1 * gs[i]);
      const second = vs.map((x, i) => 0.999 * x + 0.001 * gs[i] ** 2);
      close(workspace.read(m, n), first, tolerance);
      close(workspace.read(v, n), second, tolerance);
      close(
        workspace.read(theta, n),
        ts.map((x, i) => x - (0.01 * first[i] * c1) / (Math.sqrt(second[i] * c2) + 1e-8)),
        tolerance,
      );
    }));

  test("rmspropUpdate is the formula of the lecture", () =>
    inWorkspace(engine, (workspace) => {
      const [g, v, theta] = [1, 2, 3].map((seed) => workspace.random(n, seed));
      engine.memory.reals(v, n).forEach((x, i, all) => {
        all[i] = Math.abs(x);
      });
      const [gs, vs, ts] = [g, v, theta].map((p) => workspace.read(p, n));
      k.rmspropUpdate(n, 0.01, 0.9, 1e-8, g, v, theta);
      const second = vs.map((x, i) => 0.9 * x + 0.1 * gs[i] ** 2);
      close(workspace.read(v, n), second, tolerance);
      close(
        workspace.read(theta, n),
        ts.map((x, i) => x - (0.01 * gs[i]) / (Math.sqrt(second[i]) + 1e-8)),
        tolerance,
      );
    }));
});

test("both precisions draw the same numbers, to the rounding of the narrower", () => {
  const [n32, n64] = [f32, f64].map((engine) =>
    inWorkspace(engine, (workspace) => {
      const out = workspace.reals(new Float64Array(1000));
      engine.kernels.randomNormal(1000, 1, 2, 3, 4, out);
      return workspace.read(out, 1000);
    }),
  );
  expect(n32).toEqual(n64.map(Math.fround));
});
