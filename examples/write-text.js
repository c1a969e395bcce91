// A character LSTM learns a rhyme by heart, predicting the next character, and goes on from a beginning.
import { adam, dense, lstm, network, nextStep, Vocabulary } from "unrolled";

const rhyme =
  "the rain in spain stays mainly in the plain. in hertford, hereford and " +
  "hampshire hurricanes hardly ever happen. ";
const text = rhyme.repeat(20);
const vocabulary = Vocabulary.of(text);
const pieces = Array.from({ length: 30 }, (_, i) => vocabulary.encode(text.slice(i * 60, i * 60 + 61)));

const net = await network({
  input: { symbols: vocabulary.size },
  layers: [lstm(64), dense(vocabulary.size)],
  loss: "softmax",
  seed: 1,
});
const report = await net.fit(nextStep(pieces), {
  optimizer: adam({ rate: 0.01, clip: 1 }),
  steps: 300,
  batch: 10,
});
const { sequence } = net.sample(40, { history: vocabulary.encode("the rain in "), temperature: 0 });
console.log(`${report.history.length} steps, ${report.history.at(-1).loss.toFixed(3)} nats a character`);
console.log(`the rain in |${vocabulary.decode(sequence)}`);
net.dispose();
