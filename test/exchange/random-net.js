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

/** A convolution over time. */
const convLayer = ({ conv }, { whole, choice, coin }, can) =>
  conv({
    units: whole(1, 9),
    width: whole(1, 5),
    dilation: whole(1, 3),
    stride: can.strides && coin(0.3) ? 2 : 1,
    causal: can.causal || coin(0.5),
    activation: choice(["identity", "tanh", "relu"]),
  });

/** Reals, symbols, or symbols with an embedding on them. */
function first({ embedding }, { whole, coin }) {
  if (coin(0.7)) return { input: whole(1, 9), layers: [] };
  const input = { symbols: whole(2, 9) };
  if (coin(0.4)) return { input, layers: [] };
  const several = coin(0.4) ? { ...input, perStep: whole(1, 3) } : input;
  return { input: several, layers: [embedding(input.symbols, whole(1, 6))] };
}

/** Layers in front of the recurrent ones; `reals`: what they stand on is no symbol. */
function front(unrolled, draw, can, reals) {
  const { delayTaps, layerNorm } = unrolled;
  const { whole, coin } = draw;
  if (!reals) return [];
  const layers = [];
  if (can.conv && coin(0.3)) layers.push(convLayer(unrolled, draw, can));
  if (can.layerNorm && coin(0.25)) layers.push(layerNorm({ epsilon: 1e-3 }));
  if (can.delayTaps && coin(0.2)) layers.push(delayTaps(whole(1, 3)));
  return layers;
}

/** Layers behind a recurrent one. */
function behind({ dense, layerNorm, normal, skip, subsample }, { whole, coin }, can) {
  const layers = [];
  if (can.layerNorm && coin(0.2)) layers.push(layerNorm());
  if (can.subsample && coin(0.1)) layers.push(subsample({ steps: 2 }));
  if (can.skip && coin(0.15))
    layers.push(skip(dense(whole(1, 5), { activation: "tanh", init: { bias: normal(0.3) } })));
  return layers;
}

/** A spec drawn from the layers that `can` names. */
export function randomSpec(unrolled, seed, precision, can) {
  const { bidirectional, dense, dropout, normal } = unrolled;
  const draw = draws(uniform(seed));
  const { whole, choice, coin } = draw;
  const { input, layers } = first(unrolled, draw);
  layers.push(...front(unrolled, draw, can, typeof input === "number" || layers.length > 0));
  for (let count = whole(1, 3); count > 0; --count) {
    const layer = recurrentLayer(unrolled, draw, can);
    layers.push(can.bidirectional && coin(0.35) ? bidirectional(layer) : layer);
    if (coin(0.2)) layers.push(dropout(0.2));
    layers.push(...behind(unrolled, draw, can));
  }
  const activation = choice(["identity", "tanh", "logistic", "relu"]);
  if (coin(0.4)) layers.push(dense(whole(1, 9), { activation, init: { bias: normal(0.3) } }));
  layers.push(dense(whole(1, 9), { bias: coin(0.8), init: { bias: normal(0.3) } }));
  const loss = layers.some(({ type, stride = 1 }) => type === "subsample" || stride > 1)
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

/** Random numbers in the parameters that begin alike: of layer norms, and biases of convolutions. */
export function vary(net, seed) {
  const random = uniform(seed);
  for (const parameter of net.parameters)
    if (/(layerNorm\d+\.(g|b)|conv\d+\.b)$/.test(parameter.name))
      parameter.set(parameter.data.map(() => 2 * random() - 0.7));
  return net;
}
