// A net goes to PyTorch and comes back. In Python, beside docs/exchange.md's class Net:
//   tensors, metadata = load_file("echo.safetensors"); y = Net(tensors, metadata)(x)
// and the other way: save_file(model.state_dict(), "model.safetensors"), then fromPyTorch(bytes).
import { dense, gru, network } from "unrolled";
import { fromPyTorch, toPyTorch } from "unrolled/exchange";

const net = await network({ input: 1, layers: [gru(8), dense(1)], loss: "squared", seed: 1 });
const sequence = Array.from({ length: 20 }, (_, t) => (t % 5) / 5);
const target = sequence.map((_, t) => (t > 0 ? sequence[t - 1] : 0));
await net.fit([{ input: sequence, target }], { steps: 200 });

const bytes = toPyTorch(net);
const back = await fromPyTorch(bytes);
const [there] = net.predict([sequence]);
const [again] = back.predict([sequence]);
const off = Math.max(...there.map((y, t) => Math.abs(y - again[t])));
console.log(
  `${bytes.length} bytes of safetensors; layers ${back.spec.layers.map(({ type }) => type).join(" ")}`,
);
console.log(`the same outputs: ${off < 1e-6}`);
net.dispose();
back.dispose();
