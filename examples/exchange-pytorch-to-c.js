// PyTorch in, C out: a state dict becomes a net that answers here, and one file of C99 for a microcontroller.
// In Python: save_file(model.state_dict(), "model.safetensors"). Without Python, this file stands in for it.
import { conv, dense, layerNorm, lstm, network } from "unrolled";
import { fromPyTorch, toC, toPyTorch } from "unrolled/exchange";

const trained = await network({
  input: 3,
  layers: [lstm(12, { initialState: "zero" }), dense(4)],
  loss: "softmax",
  seed: 1,
});
const stateDict = toPyTorch(trained);

const net = await fromPyTorch(stateDict);
console.log(`layers ${net.spec.layers.map(({ type }) => type).join(" ")}, ${net.size} weights`);
const live = net.stream();
const p = live.step([0.5, -1, 2]);
console.log(`a step: ${Array.from(p, (x) => x.toFixed(2)).join(" ")}`);

const source = toC(net, { name: "gesture" });
console.log(/void gesture_reset\(.*\)/.exec(source)[0]);
console.log(`constants: ${/Constants take (\d+) bytes/.exec(source)[1]} bytes`);

const deep = await network({
  input: 3,
  layers: [conv({ units: 8, width: 5, causal: true, activation: "relu" }), layerNorm(), lstm(6), dense(4)],
  loss: "softmax",
});
const back = await fromPyTorch(toPyTorch(deep));
const x = Array.from({ length: 60 }, (_, i) => ((7 * i) % 11) / 5 - 1);
const [there] = deep.predict([x]);
const [again] = back.predict([x]);
const off = Math.max(...there.map((y, i) => Math.abs(y - again[i])));
console.log(`conv1 is an nn.Conv1d, layerNorm2 an nn.LayerNorm; the same outputs: ${off < 1e-6}`);
for (const one of [trained, net, deep, back]) one.dispose();
