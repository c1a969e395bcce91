// Who remembers? In which order two symbols stood, `lag` steps ago: memory cells and plain units, the same
// data and optimizer. Knobs: lag, seed.
import { adam, constant, dense, longLag, lstm, network, plot, rnn, svg } from "unrolled";

const knobs = new URLSearchParams(self.name);
const lag = Number(knobs.get("lag") ?? 50);
const seed = Number(knobs.get("seed") ?? 1);

const task = longLag.order2({ lag });
const learn = async (layer) => {
  const net = await network({
    input: { symbols: task.input },
    layers: [layer, dense(task.output)],
    loss: task.loss,
    seed,
  });
  const optimizer = adam({ rate: 0.01, clip: 1 });
  const { history } = await net.fit(task, { optimizer, steps: 200, batch: 50 });
  net.dispose();
  return history.map(({ loss }) => loss);
};
const keep = { gates: { f: constant(3), i: constant(-1) } }; // keep gates that begin open
const cells = await learn(lstm(16, { init: keep }));
const plain = await learn(rnn(32));
const steps = cells.map((_, i) => i + 1);
postMessage(
  svg(
    plot({
      title: `The order of two symbols, ${lag} steps ago`,
      x: { label: "step" },
      y: { label: "loss, nats" },
      marks: [
        { kind: "line", x: steps, y: cells, label: "memory cells" },
        { kind: "line", x: steps, y: plain, label: "plain units" },
      ],
    }),
  ),
);
const mean = (losses) => losses.slice(-20).reduce((sum, loss) => sum + loss / 20, 0);
console.log(`loss at the end: memory cells ${mean(cells).toFixed(3)}, plain units ${mean(plain).toFixed(3)}`);
