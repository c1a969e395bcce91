// What is written? Pen strokes into words, without telling where a letter begins: a small bidirectional LSTM
// with connectionist temporal classification learns on words that the library draws itself.
import { adam, bidirectional, bestPath, dense, distort, drawnWord, engine, inkFeatures } from "unrolled";
import { learningCurve, lstm, network, Random, svg } from "unrolled";

const letters = "lone";
const words = ["one", "noel", "eon", "lone", "no", "on", "elon", "nne"];
const hand = { scale: 0.25, slant: 0.3, rotation: 0.08, jitter: 3 };
const random = new Random(await engine("float32"), 1);
const written = (word) => {
  const { input } = inkFeatures(distort(drawnWord(word).points, random, hand), { kind: "pen" });
  return { input, target: [...word].map((letter) => letters.indexOf(letter)) };
};
const items = Array.from({ length: 80 }, (_, i) => written(words[i % words.length]));
const fresh = Array.from({ length: 40 }, (_, i) => written(words[i % words.length]));

const net = await network({
  input: 4,
  layers: [bidirectional(lstm(24)), dense(letters.length + 1)],
  loss: "ctc",
  seed: 1,
});
const report = await net.fit(items, { optimizer: adam({ rate: 0.01, clip: 1 }), steps: 150, batch: 16 });
postMessage(svg(learningCurve(report)));

const { labelError } = await net.evaluate(fresh);
console.log(`letters wrong in hands never seen: ${(100 * labelError).toFixed(1)}%`);
const [scores] = net.predict([fresh[1].input]);
const read = bestPath(scores, letters.length + 1).map(({ label }) => letters[label]);
console.log(`"noel" is read as "${read.join("")}"`);
net.dispose();
