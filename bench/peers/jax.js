/**
 * jax-js 0.1, wasm backend: valueAndGrad of the unrolled net under jit, which compiles it once; it has no
 * scan.
 */
import { defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { measure } from "./measure.js";
import { rate, shapes } from "./arrays.js";

await measure(async (w, arrays) => {
  await init("wasm");
  defaultDevice("wasm");
  const { T, B, I, H } = w;
  const shape = shapes(w);
  const value = (key) => np.array(arrays[key].slice()).reshape(shape[key]);
  if (w.loss === "none") return stream(w, arrays, value);
  const x = value("x").reshape([T * B, I]);
  const target = value("target").reshape([-1, w.O]);
  let net = { Wx: value("Wx"), Wh: value("Wh"), b: value("b"), Wo: value("Wo"), bo: value("bo") };
  // Every use of an array but the last takes a reference of its own.
  const loss = ({ Wx, Wh, b, Wo, bo }, x, target) => {
    const inputs = np.matmul(x, Wx).add(b);
    const states = [];
    let h;
    let c;
    for (let t = 0; t < T; ++t) {
      const row = inputs.ref.slice([t * B, (t + 1) * B]);
      const z = h ? row.add(np.matmul(h, Wh.ref)) : row;
      [h, c] =
        w.cell === "lstm" ? lstm(z, c, H) : [w.cell === "tanh" ? np.tanh(z) : nn.sigmoid(z), undefined];
      if (w.when === "every") states.push(h.ref);
    }
    inputs.dispose();
    Wh.dispose();
    c?.dispose();
    if (w.when === "every") h.dispose();
    const y = np.matmul(w.when === "every" ? np.concatenate(states, 0) : h, Wo).add(bo);
    return w.loss === "squared"
      ? np.square(y.sub(target)).mean().mul(0.5)
      : nn.softplus(y.ref).sub(y.mul(target)).mean();
  };
  const gradient = valueAndGrad(loss);
  const update = jit((net, x, target) => {
    const [value, g] = gradient(
      { ...Object.fromEntries(Object.entries(net).map(([key, p]) => [key, p.ref])) },
      x,
      target,
    );
    return [value, Object.fromEntries(Object.entries(net).map(([key, p]) => [key, p.sub(g[key].mul(rate))]))];
  });
  const step = async () => {
    const [value, next] = update(net, x.ref, target.ref);
    net = next;
    return (await value.data())[0];
  };
  return { step };
});

function lstm(z, c0, H) {
  const gate = (k) => z.ref.slice([], [k * H, (k + 1) * H]);
  const [i, f, g, o] = [gate(0), gate(1), gate(2), gate(3)];
  z.dispose();
  const written = nn.sigmoid(i).mul(np.tanh(g));
  const kept = nn.sigmoid(f);
  const c = c0 ? kept.mul(c0).add(written) : (kept.dispose(), written);
  return [nn.sigmoid(o).mul(np.tanh(c.ref)), c];
}

function stream(w, arrays, value) {
  const one = jit((x, h, c, [Wx, Wh, b]) => lstm(np.matmul(x, Wx).add(np.matmul(h, Wh)).add(b), c, w.H));
  const weights = ["Wx", "Wh", "b"].map(value);
  let t = 0;
  let h = np.zeros([1, w.H]);
  let c = np.zeros([1, w.H]);
  return {
    async step() {
      const at = (t++ % w.T) * w.I;
      const x = np.array(arrays.x.slice(at, at + w.I)).reshape([1, w.I]);
      [h, c] = one(
        x,
        h,
        c,
        weights.map((W) => W.ref),
      );
      const out = await h.ref.data();
      return out.reduce((sum, v) => sum + v, 0) / w.H;
    },
  };
}
