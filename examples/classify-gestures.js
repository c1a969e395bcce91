// A gesture has one of three names: a classifier learns from labeled recordings, guesses while one comes in,
// and keeps names and units in its file.
import { adam, gru, sequenceClassifier } from "unrolled";

const wave = (t) => Math.abs((t % 8) - 4) / 2 - 1;
const noise = (i, t) => ((i * 7919 + t * 104729) % 211) / 211 - 0.5;
const motion = {
  still: () => [0, 0, 9.8],
  shake: (t) => [12 * wave(t), 0, 9.8],
  circle: (t) => [5 * wave(t / 2), 5 * wave(t / 2 + 2), 9.8],
};
const labels = Object.keys(motion);
const record = (i) => {
  const label = labels[i % 3];
  const input = Array.from({ length: 30 + (i % 7) }, (_, t) =>
    motion[label](t + i).map((value, axis) => value + noise(3 * i + axis, t)),
  );
  return { input, label };
};

const classifier = await sequenceClassifier({ labels, input: 3, layers: [gru(16)], seed: 1 });
const items = Array.from({ length: 60 }, (_, i) => record(i));
const report = await classifier.fit(items, {
  epochs: 40,
  optimizer: adam({ rate: 0.02 }),
  batch: 16,
  validation: 0.2,
  patience: 10,
  keepBest: true,
});
const { accuracy } = await classifier.evaluate(Array.from({ length: 30 }, (_, i) => record(1000 + i)));
console.log(`best epoch ${report.best.epoch}; right on new recordings: ${(100 * accuracy).toFixed(0)}%`);

const again = await sequenceClassifier.load(classifier.save({ training: false }));
const live = again.stream();
const guesses = record(1).input.map((x) => live.step(x).label);
console.log(`while it comes in: ${guesses[0]} … ${guesses.at(-1)}, and in truth ${record(1).label}`);
live.dispose();
again.dispose();
classifier.dispose();
