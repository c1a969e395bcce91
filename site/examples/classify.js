// Which gesture is it? Recordings of an accelerometer, 30 to 36 steps of three numbers, get one of three
// names.
import { adam, gru, learningCurve, sequenceClassifier, svg } from "unrolled";

const wave = (t) => Math.abs((t % 8) - 4) / 2 - 1;
const noise = (i, t) => ((i * 7919 + t * 104729) % 211) / 211 - 0.5;
const motion = {
  still: () => [0, 0, 9.8],
  shake: (t) => [12 * wave(t), 0, 9.8],
  circle: (t) => [5 * wave(t / 2), 5 * wave(t / 2 + 2), 9.8],
};
const labels = Object.keys(motion);
const record = (i) => ({
  label: labels[i % 3],
  input: Array.from({ length: 30 + (i % 7) }, (_, t) =>
    motion[labels[i % 3]](t + i).map((value, axis) => value + noise(3 * i + axis, t)),
  ),
});

const classifier = await sequenceClassifier({ labels, input: 3, layers: [gru(16)], seed: 1 });
const report = await classifier.fit(
  Array.from({ length: 60 }, (_, i) => record(i)),
  { epochs: 40, optimizer: adam({ rate: 0.02 }), batch: 16, validation: 0.2, patience: 10, keepBest: true },
);
postMessage(svg(learningCurve(report)));

const { accuracy } = await classifier.evaluate(Array.from({ length: 30 }, (_, i) => record(1000 + i)));
console.log(`right on new recordings: ${(100 * accuracy).toFixed(0)}%`);
const live = classifier.stream();
const guesses = record(1).input.map((x) => live.step(x).label);
console.log(`while one comes in: ${guesses[0]} … ${guesses.at(-1)}; in truth ${record(1).label}`);
live.dispose();
classifier.dispose();
