// Weights on the move: a trained net leaves as ONNX and as C, comes back from ONNX and from its own file, and
// answers the same each time.
import { adam, dense, learningCurve, lstm, network, nextStep, svg } from "unrolled";
import { fromOnnx, toC, toOnnx } from "unrolled/exchange";

const wave = Float64Array.from({ length: 80 }, (_, t) => [0, 1, 0, -1][t % 4]);
const net = await network({ input: 1, layers: [lstm(8), dense(1)], loss: "squared", seed: 1 });
const report = await net.fit(nextStep([wave]), { optimizer: adam({ rate: 0.03 }), steps: 150 });
postMessage(svg(learningCurve(report)));
const [before] = net.predict([wave]);

const onnx = toOnnx(net, { states: "fixed" });
const back = await fromOnnx(onnx);
const [through] = back.predict([wave]);
const largest = Math.max(...before.map((y, i) => Math.abs(y - through[i])));
console.log(
  `ONNX: ${onnx.length} bytes; largest difference after the way there and back ${largest.toExponential(0)}`,
);

const program = toC(net);
console.log(`C99: one file of ${program.split("\n").length} lines, with the bits of net.stream()`);

const copy = await network.load(net.save());
const [again] = copy.predict([wave]);
console.log(`its own file: the same bits ${before.every((y, i) => y === again[i])}`);
for (const one of [net, back, copy]) one.dispose();
