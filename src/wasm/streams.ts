/**
 * The streams of random numbers, one a purpose: numbers of two purposes never come from the same place,
 * whatever their seeds have in common. Streams below 2^20 that are not named here belong to the nodes of a
 * net (dropout).
 */

const HIGH = 2 ** 20;

/** Stream numbers by purpose. */
export const streams = {
  /** First parameters of models that are not nets, and the reservoir of an echo state network. */
  initial: 0,
  /** Data of experiments of the command, and a second set of them. */
  experiment: 1,
  experimentTest: 2,
  /** First parameters of a net. */
  parameters: HIGH,
  /** Batches that a task makes. */
  batches: HIGH + 1,
  /** The order of items in an epoch. */
  shuffle: HIGH + 2,
  /** Fresh sequences to evaluate on. */
  evaluation: HIGH + 3,
  /** Noise on the weights. */
  noise: HIGH + 4,
  /** Which items are held back for validation. */
  validation: HIGH + 5,
  /** The order of ink, and its distortions. */
  inkOrder: HIGH + 64,
  inkDistortion: HIGH + 65,
  /** Noise in a reservoir while it is trained. */
  reservoirNoise: HIGH + 66,
  /** Numbers of the reservoirs that a search tries. */
  reservoirSearch: HIGH + 68,
  /** First points of searches: fixed points, Lyapunov exponents. */
  searches: HIGH + 67,
  /** Inputs that an automaton is extracted from. */
  automaton: 0x776f7264,
  /** Noise on samples of sound, and distortions of recordings. */
  dither: HIGH + 69,
  recordings: HIGH + 70,
  /** How a synthesizer says a text. */
  synthesizer: HIGH + 71,
  /** Sound that holds no word, made for a spotter to learn from. */
  unlike: HIGH + 72,
  /** Restart r of a fit begins from stream restarts + r, r ≥ 1. */
  restarts: 2 ** 21,
  /** Whatever a model draws by `sample`. */
  samples: 0x73616d70,
  /** Fresh sequences of a comparison, the means of its task, and its echo state network. */
  comparison: 0x636f6d70,
  means: 0x6d656e73,
  comparisonReservoir: 0x65736e,
  /** Fresh sums of the addition task. */
  test: 0x74657374,
  /** Words drawn to learn from, and to be read. */
  drawnInk: 0x696e6b,
  inkTest: 0x696e6c,
  /** First states of a net that oscillates, and what a net is asked to remember. */
  oscillators: 0x7a9,
  memories: 0x7e2,
  /** Noise under which an echo state network must run freely without leaving its range. */
  freeRun: 0x66726565,
  /** Futures that a forecaster draws. */
  futures: 0x66757475,
} as const;
