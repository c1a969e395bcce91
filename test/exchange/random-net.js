// Random nets of the layers that a program knows, for comparisons with it: their spec, and inputs for them.

/** Numbers in [0, 1), by xorshift (Marsaglia 2003). */
export function uniform(seed) {
  let x = (seed * 2654435761) >>> 0 || 1;
  const next = () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 16; ++i) next(); // the first numbers of neighboring seeds are alike
  return next;
}

/** Whole numbers from `min` to `max`, a choice, and a coin, out of `random`. */
export const draws = (random) => ({
  whole: (min, max) => min + Math.floor(random() * (max - min + 1)),
  choice: (values) => values[Math.floor(random() * values.length)],
  coin: (chance) => random() < chance,
});

/** A recurrent layer with learned starts and peepholes that are not 0, out of the kinds that `can` has. */
function recurrentLayer(unrolled, { whole, choice, coin }, can) {
  const { lstm, gru, rnn, normal } = unrolled;
  const units = whole(1, can.units ?? 20);
  const start = {
    initialState: choice(["learned", "zero"]),
    init: { state: normal(0.5), bias: normal(0.3), peepholes: normal(0.5) },
  };
  switch (choice(can.recurrent)) {
    case "lstm":
      return lstm(units, {
        ...start,
        peepholes: !!can.peepholes && coin(0.4),
        forgetGate: !can.lstm1997 || coin(0.7),
      });
    case "gru":
      return gru(units, { ...start, reset: can.before ? choice(["after", "before"]) : "after" });
    default:
      return rnn(units, {
        ...start,
        activation: choice(can.activations),
        leak: can.leak && coin(0.4) ? 0.3 : 1,
      });
  }
}

/** Reals, symbols, or symbols with an embedding on them. */
function first({ embedding }, { whole, coin }) {
  if (coin(0.7)) return { input: whole(1, 9), layers: [] };
  const input = { symbols: whole(2, 9) };
  if (coin(0.4)) return { input, layers: [] };
  const several = coin(0.4) ? { ...input, perStep: whole(1, 3) } : input;
  return { input: several, layers: [embedding(input.symbols, whole(1, 6))] };
}

/** A spec drawn from the layers that `can` names. */
export function randomSpec(unrolled, seed, precision, can) {
  const { bidirectional, dense, dropout, delayTaps, skip, subsample, normal } = unrolled;
  const draw = draws(uniform(seed));
  const { whole, choice, coin } = draw;
  const { input, layers } = first(unrolled, draw);
  if (can.delayTaps && typeof input === "number" && coin(0.2)) layers.push(delayTaps(whole(1, 3)));
  for (let count = whole(1, 3); count > 0; --count) {
    const layer = recurrentLayer(unrolled, draw, can);
    layers.push(can.bidirectional && coin(0.35) ? bidirectional(layer) : layer);
    if (coin(0.2)) layers.push(dropout(0.2));
    if (can.subsample && coin(0.1)) layers.push(subsample({ steps: 2 }));
    if (can.skip && coin(0.15))
      layers.push(skip(dense(whole(1, 5), { activation: "tanh", init: { bias: normal(0.3) } })));
  }
  const activation = choice(["identity", "tanh", "logistic", "relu"]);
  if (coin(0.4)) layers.push(dense(whole(1, 9), { activation, init: { bias: normal(0.3) } }));
  layers.push(dense(whole(1, 9), { bias: coin(0.8), init: { bias: normal(0.3) } }));
  const loss = layers.some(({ type }) => type === "subsample")
    ? "ctc"
    : choice(["squared", "softmax", "bernoulli"]);
  return { input, layers, loss, seed, precision };
}

/** A sequence for a net of this input, row by row. */
export function randomInput(input, steps, seed) {
  const random = uniform(seed);
  const columns = typeof input === "number" ? input : (input.perStep ?? 1);
  const one = typeof input === "number" ? () => 4 * random() - 2 : () => Math.floor(random() * input.symbols);
  return Array.from({ length: steps * columns }, one);
}
