/**
 * A step of TensorFlow.js on a workload: all inputs in one product, then a product a step; gradients by
 * variableGrads. `tf` is the library with its backend set.
 */
import { rate, shapes } from "./arrays.js";

/** `step()` of a workload, on its arrays. */
export function tfjsStep(tf, w, arrays) {
  const { T, B } = w;
  const shape = shapes(w);
  const value = (key) => tf.tensor(arrays[key], shape[key]);
  if (w.loss === "none") return stream(tf, w, arrays, value);
  const x = tf.reshape(value("x"), [T * B, w.I]);
  const target = tf.reshape(value("target"), [-1, w.O]);
  const [Wx, Wh, b, Wo, bo] = ["Wx", "Wh", "b", "Wo", "bo"].map((key) => tf.variable(value(key)));
  const loss = () => {
    const inputs = tf.split(tf.add(tf.matMul(x, Wx), b), T, 0);
    const states = [];
    let h;
    let c;
    for (let t = 0; t < T; ++t) {
      const z = h ? tf.add(inputs[t], tf.matMul(h, Wh)) : inputs[t];
      [h, c] =
        w.cell === "lstm" ? lstm(tf, z, c) : [w.cell === "tanh" ? tf.tanh(z) : tf.sigmoid(z), undefined];
      if (w.when === "every") states.push(h);
    }
    const y = tf.add(tf.matMul(w.when === "every" ? tf.concat(states, 0) : h, Wo), bo);
    return w.loss === "squared"
      ? tf.mul(tf.mean(tf.square(tf.sub(y, target))), 0.5)
      : tf.mean(tf.sub(tf.softplus(y), tf.mul(y, target)));
  };
  const optimizer = tf.train.sgd(rate);
  return { step: () => tf.tidy(() => optimizer.minimize(loss, true).dataSync()[0]) };
}

function lstm(tf, z, c0) {
  const [i, f, g, o] = tf.split(z, 4, 1);
  const written = tf.mul(tf.sigmoid(i), tf.tanh(g));
  const c = c0 ? tf.add(tf.mul(tf.sigmoid(f), c0), written) : written;
  return [tf.mul(tf.sigmoid(o), tf.tanh(c)), c];
}

function stream(tf, w, arrays, value) {
  const [Wx, Wh, b] = ["Wx", "Wh", "b"].map(value);
  let t = 0;
  let h = tf.zeros([1, w.H]);
  let c = tf.zeros([1, w.H]);
  return {
    step() {
      const at = (t++ % w.T) * w.I;
      const x = arrays.x.subarray(at, at + w.I);
      const [nextH, nextC] = tf.tidy(() =>
        lstm(tf, tf.add(tf.add(tf.matMul(tf.tensor(x, [1, w.I]), Wx), tf.matMul(h, Wh)), b), c),
      );
      tf.dispose([h, c]);
      [h, c] = [nextH, nextC];
      return h.dataSync().reduce((sum, v) => sum + v, 0) / w.H;
    },
  };
}
