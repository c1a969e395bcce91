// Pen strokes into letters, without telling where a letter begins: a small bidirectional LSTM with connectionist temporal
// classification, trained on words that the library draws itself.
import { adam, bestPath, bidirectional, dense, drawnWords, inkFeatures, lstm, network } from "unrolled";

const letters = "lone";
const ink = drawnWords(["one", "noel", "eno", "lone", "no", "on", "elo", "nne"], { copies: 6, seed: 1 });
const items = ink.map(({ points, text }) => ({
  input: inkFeatures(points, { kind: "pen" }).input,
  target: [...text].map((letter) => letters.indexOf(letter)),
}));
console.log(`${items.length} words`);
const net = await network({
  input: items[0].columns ?? 3,
  layers: [bidirectional(lstm(24)), dense(letters.length + 1)],
  loss: "ctc",
  seed: 1,
});
await net.fit(items, { optimizer: adam({ rate: 0.01, clip: 1 }), steps: 120, batch: 16 });
const { labelError } = await net.evaluate(items);
const read = bestPath(net.predict([items[3].input])[0], letters.length + 1).map(
  ({ label }) => letters[label],
);
console.log(`label error ${(100 * labelError).toFixed(1)}%; "${ink[3].text}" is read as "${read.join("")}"`);
net.dispose();
