/**
 * The linear recurrent unit (Orvieto et al. 2023): complex, diagonal, linear; gates x y are the two parts of
 * what enters, slots x y those of the state, of which x is the output.
 *
 *   h = λ⊙h₀ + γ⊙z     λ = exp(-e^ν + i·e^φ)     γ = √(1 - |λ|²)
 *
 * ν and φ are learned. A layer of real weights behind it sees real parts alone: an imaginary part is the real
 * part of another unit whose input is turned by a quarter.
 */
import { optionalKernels } from "../../wasm/optional-kernels.ts";
import type { Cell, Edge, OwnRows, Port } from "../../ops/recurrent/cell.ts";

const parts = [0, 1].map((s) => ({
  pre: ["pre", s] as Port,
  old: ["old", s] as Port,
  now: ["now", s] as Port,
}));
const [x, y] = parts;
const decay: Port = ["own", 0];
const phase: Port = ["own", 1];
/** Of the prepared rows: γ, Re λ, Im λ and -Im λ. */
const gamma = { prepared: 0 };
const real = { prepared: 1 };
const imaginary = { prepared: 2 };
const negative = { prepared: 3 };

/** ln of the rates -ln|λ| of the first and the last unit, 10⁻³ and 1/2, and of their smallest angle. */
const SLOWEST = -6.907755278982137;
const FASTEST = -0.6931471805599453;
const SMALLEST = -4.605170185988091; // ln 0.01
const LARGEST = 1.1447298858494002; // ln π
const GOLDEN = 0.6180339887498949;

/** Rates and angles begin evenly on a logarithmic scale, every rate beside all kinds of angles. */
const own: OwnRows = {
  name: "polar",
  rows: [
    { role: "decay", begin: (j, H) => SLOWEST + ((j + 0.5) / H) * (FASTEST - SLOWEST) },
    {
      role: "phase",
      begin: (j) => SMALLEST + ((j + 0.5) * GOLDEN - Math.floor((j + 0.5) * GOLDEN)) * (LARGEST - SMALLEST),
    },
  ],
  prepared: 7,
  prepare: (k, H, rows, out) => optionalKernels(k).lruPrepare(H, rows, out),
};

const edges: readonly Edge[] = [
  [x.pre, x.now, gamma],
  [y.pre, y.now, gamma],
  [x.old, x.now, real],
  [y.old, x.now, negative],
  [x.old, y.now, imaginary],
  [y.old, y.now, real],
  [decay, x.now],
  [phase, x.now],
  [decay, y.now],
  [phase, y.now],
];

/** The table. */
export const lruCell = (): Cell => ({
  name: "lru",
  gates: ["x", "y"],
  inputGates: [0, 2],
  slots: 2,
  carried: 2,
  peepholes: 0,
  own,
  stages: [
    {
      source: x.old,
      gates: [0, 0],
      edges,
      step(k, B, H, { prepared, pre, old, now, partials }) {
        optionalKernels(k).lruStep(B, H, prepared, pre, old[0], old[1], now[0], now[1], partials);
      },
    },
  ],
});
