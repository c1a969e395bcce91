// Every step has a label: a labeler marks where in a recording something moves.
import { adam, bidirectional, gru, sequenceLabeler } from "unrolled";

const noise = (i, t) => ((i * 7919 + t * 104729) % 211) / 211 - 0.5;
/** Rest, a movement of some steps, and rest again. */
const record = (i) => {
  const from = 5 + (i % 11);
  const until = from + 8 + (i % 5);
  const moves = Array.from({ length: 32 }, (_, t) => t >= from && t < until);
  return {
    input: moves.map((moving, t) => (moving ? 4 * noise(i + 1, t * t) : 0.5 * noise(i, t))),
    labels: moves.map((moving) => (moving ? "moving" : "still")),
  };
};

const labeler = await sequenceLabeler({
  labels: ["still", "moving"],
  input: 1,
  layers: [bidirectional(gru(8))],
  seed: 1,
});
const items = Array.from({ length: 60 }, (_, i) => record(i));
const optimizer = adam({ rate: 0.02 });
await labeler.fit(items, { epochs: 60, optimizer, batch: 16, validation: 0.2, keepBest: true });
const { accuracy } = await labeler.evaluate(Array.from({ length: 20 }, (_, i) => record(500 + i)));
console.log(`steps labeled right: ${(100 * accuracy).toFixed(0)}%`);

const [{ labels }] = labeler.predict([record(503).input]);
console.log(labels.map((label) => (label === "moving" ? "■" : "·")).join(""));
console.log(
  record(503)
    .labels.map((label) => (label === "moving" ? "■" : "·"))
    .join("") + "  in truth",
);
labeler.dispose();
