// Pen strokes into letters, without telling where a letter begins: a small bidirectional LSTM with
// connectionist temporal classification, trained on words that the library draws itself, then reads words in
// hands that it has never seen.
import {
  adam,
  bidirectional,
  dense,
  distort,
  drawnWord,
  engine,
  inkFeatures,
  lstm,
  network,
  Random,
} from "unrolled";

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
await net.fit(items, { optimizer: adam({ rate: 0.01, clip: 1 }), steps: 150, batch: 16 });
const { labelError } = await net.evaluate(fresh);
console.log(`label error on new hands: ${(100 * labelError).toFixed(1)}%`);
net.dispose();
