// A net as an ONNX model. In onnxruntime: session.run({ x, "lstm1.h0": …, "lstm1.c0": … }) gives y and the
// states "lstm1.h" and "lstm1.c", which go in with the next piece of the sequence. And a model read back.
import { dense, lstm, network } from "unrolled";
import { fromOnnx, toOnnx } from "unrolled/exchange";

const net = await network({ input: 3, layers: [lstm(6), dense(2)], loss: "softmax", seed: 1 });
const model = toOnnx(net);
const whole = toOnnx(net, { states: "fixed" });
console.log(`${model.length} bytes with states in and out, ${whole.length} bytes for whole sequences`);

const back = await fromOnnx(whole);
const sequence = Array.from({ length: 15 }, (_, i) => (i % 4) - 1.5);
const [there] = net.predict([sequence]);
const [again] = back.predict([sequence]);
console.log(`the same probabilities: ${there.every((p, i) => Math.abs(p - again[i]) < 1e-6)}`);
net.dispose();
back.dispose();
