/** Each verdict of the lecture is about its claim: it is false where the claim does not hold. */
import { test } from "vitest";
import { criteria as nextTerm } from "../../src/cli/lecture/7a-1.ts";
import { criteria as taps } from "../../src/cli/lecture/7a-2.ts";
import { criteria as layered } from "../../src/cli/lecture/7a-3.ts";
import { criteria as ship } from "../../src/cli/lecture/7a-4.ts";
import { criteria as casino } from "../../src/cli/lecture/7a-5.ts";
import { criteria as bits } from "../../src/cli/lecture/7a-6.ts";
import { criteria as carried } from "../../src/cli/lecture/7a-6-bits.ts";
import { criteria as deterministic } from "../../src/cli/lecture/7a-7.ts";
import { criteria as behaviors } from "../../src/cli/lecture/7a-8.ts";
import { criteria as twins } from "../../src/cli/lecture/7b-1.ts";
import { criteria as bound } from "../../src/cli/lecture/7b-2.ts";
import { criteria as throughTime } from "../../src/cli/lecture/7b-3.ts";
import { criteria as beginnings } from "../../src/cli/lecture/7b-4.ts";
import { criteria as modes } from "../../src/cli/lecture/7b-5.ts";
import { criteria as wanted } from "../../src/cli/lecture/7b-6.ts";
import { catches, instead } from "./planted.ts";

test("7a-1: learned by heart, or from which terms there are and not from their order", () => {
  const kind = { name: "symbols", ordered: 0.2, shuffled: 1 };
  catches(
    nextTerm,
    [kind, { ...kind, name: "chords" }],
    [
      [kind, { ...kind, ordered: 1.3 }],
      [kind, { ...kind, shuffled: 0.3 }],
    ],
  );
});

test("7a-2: another order, other taps, a fit to the past alone, a band that is too narrow", () => {
  const seen = { order: 3, off: 0.02, gap: 1e-9, ahead: 1, last: 4, inside: 0.95 };
  catches(
    taps,
    seen,
    instead(seen, { order: 10 }, { off: 0.4 }, { gap: 0.01 }, { ahead: 1.6 }, { last: 1 }, { inside: 0.6 }),
  );
});

test("7a-3: a net that is linear in effect, and a language model that counts pairs", () => {
  const seen = { ar: 0.7, net: 0.009, bigram: 3, neural: 2.3, wrong: 0.01 };
  catches(
    layered,
    seen,
    instead(seen, { net: 0.6 }, { net: 0.02 }, { neural: 2.95 }, { wrong: 0.5 }, { ar: 0.01 }),
  );
});

test("7a-4: a filter that copies readings, bands that say nothing, EM that goes down or nowhere", () => {
  const seen = {
    errors: { reading: 2, filter: 1.2, smoother: 0.7 },
    covered: { filter: 0.95, smoother: 0.95 },
    fell: 0,
    gain: 2,
    start: -500,
  };
  catches(
    ship,
    seen,
    instead(
      seen,
      { errors: { reading: 2, filter: 2, smoother: 0.7 } },
      { errors: { reading: 2, filter: 1.2, smoother: 1.2 } },
      { covered: { filter: 1, smoother: 0.95 } },
      { covered: { filter: 0.95, smoother: 0.6 } },
      { fell: 1 },
      { gain: -40 },
      { start: 0 },
    ),
  );
});

test("7a-5: a guess that always says fair, a posterior that is too sure, dice that are not found", () => {
  const seen = { guessed: 0.81, chance: 0.66, path: 0.8, gap: 0.01, fell: 0, gain: 5, off: 0.02 };
  catches(
    casino,
    seen,
    instead(seen, { guessed: 0.66 }, { path: 0.66 }, { gap: 0.2 }, { fell: 2 }, { gain: -30 }, { off: 0.33 }),
  );
});

test("7a-6: a model above its limit, a clock that forgets, a net that carries half", () => {
  const model = { limit: 3, state: 2.9, future: 2.8, error: 0.05 };
  const seen = { models: [model], clocks: [0.9, 0.8], carried: 0.99 };
  catches(
    bits,
    seen,
    instead(
      seen,
      { models: [{ ...model, state: 3.1 }] },
      { models: [{ ...model, future: 3.2 }] },
      { clocks: [0.9, 0.3] },
      { carried: 0.5 },
    ),
  );
  const hundred = { net: 100, half: 33, blind: 0.2, model: 6.3, limit: 6.8 };
  catches(carried, hundred, instead(hundred, { net: 50 }, { half: 100 }, { blind: 100 }, { model: 8 }));
});

test("7a-7: a net that predicts as a constant does, and one whose state is not the posterior", () => {
  const seen = { gap: { hmm: 0.02, lds: 0.03 }, r2: { hmm: 0.97, lds: 0.98 } };
  catches(
    deterministic,
    seen,
    instead(
      seen,
      { gap: { hmm: 1, lds: 0.03 } },
      { gap: { hmm: 0.02, lds: 1 } },
      { r2: { hmm: 0.4, lds: 0.98 } },
      { r2: { hmm: 0.97, lds: 0.4 } },
    ),
  );
});

test("7a-8: a latch with one attractor or that never lets go, and numbers off the known ones", () => {
  const seen = {
    below: [2, 2],
    above: [1, 1],
    limits: 1e-5,
    amplitudes: 1e-4,
    periods: 1e-3,
    chaos: 1e-4,
    exponents: 0.02,
  };
  catches(
    behaviors,
    seen,
    instead(
      seen,
      { below: [2, 1] },
      { above: [1, 2] },
      { limits: 0.01 },
      { amplitudes: 0.4 },
      { periods: 1 },
      { chaos: 0.23 },
      { exponents: 0.2 },
    ),
  );
});

test("7b-1: a layered net with weights of its own, or of one layer, or that computes something else", () => {
  const twin = { name: "rnn", recurrent: 93, layered: 93, copies: 1116, outputs: 1e-16, gradients: 1e-16 };
  catches(
    twins,
    [twin],
    [{ layered: 1116 }, { copies: 93 }, { outputs: 0.1 }, { gradients: 0.1 }].map((change) => [
      { ...twin, ...change },
    ]),
  );
});

test("7b-2: ties that break, nets that stay where they are, steps that do not follow the sum", () => {
  const seen = { off: [0, 1e-15], loss: [0.5, 0.6], moved: [1, 2], free: 3, step: 1e-14 };
  catches(
    bound,
    seen,
    instead(seen, { off: [0, 0.01] }, { loss: [0.5, 1] }, { moved: [1, 0] }, { free: 0 }, { step: 0.5 }),
  );
});

test("7b-3: a wrong derivative, and truncation that leaves nothing out or hides where it cuts", () => {
  const seen = { off: [1e-10, 1e-9], missing: [0.6, 0.4, 0.2, 0] };
  catches(
    throughTime,
    seen,
    instead(seen, { off: [1e-10, 1e-3] }, { missing: [0, 0, 0, 0] }, { missing: [0.6, 0.6, 0.6, 0.6] }),
  );
});

test("7b-4: initial states that do not help, do not move, or are not those that were there", () => {
  const seen = { ratio: 0.1, moved: 1, overHalf: 1e-6, hidden: 0.01, output: 0.01 };
  catches(
    beginnings,
    seen,
    instead(seen, { ratio: 1 }, { moved: 0 }, { overHalf: 0.9 }, { hidden: 0.4 }, { output: 0.4 }),
  );
});

test("7b-5: one way that fails or guesses, and nets that know the answer without the bits", () => {
  const mode = { name: "all units", wrong: 0, loss: 0.001, blind: 3 };
  catches(
    modes,
    [mode, mode],
    [{ wrong: 1 }, { loss: 0.6 }, { blind: 0.001 }].map((change) => [mode, { ...mode, ...change }]),
  );
});

test("7b-6: targets that are missed, states that drift, and a place that does not attract", () => {
  const seen = { errors: [0.01, 0.02, 0.01], drift: 0.01, pushed: 0.4, returned: 1e-6 };
  catches(
    wanted,
    seen,
    instead(seen, { errors: [0.01, 0.5, 0.01] }, { drift: 0.9 }, { pushed: 0 }, { returned: 0.4 }),
  );
});
