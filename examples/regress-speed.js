// A number belongs to a sequence: a regressor tells how fast a wave is, in the units of its training data.
// The data are columns of a table.
import { gru, readSequences, sequenceRegressor } from "unrolled";

/** A table of a row a step: which wave, its speed, and its height. */
function table(count, first) {
  const rows = ["wave,speed,height"];
  for (let i = first; i < first + count; ++i) {
    const speed = 20 + ((i * 37) % 60);
    for (let t = 0; t < 40; ++t) rows.push(`${i},${speed},${Math.abs((((t + i) * speed) % 200) - 100)}`);
  }
  return rows.join("\n");
}
const itemsOf = (text) =>
  readSequences(text, { sequence: "wave", columns: ["height"], beside: ["speed"] }).sequences.map(
    ({ input, beside: [speeds] }) => ({ input, target: Number(speeds[0]) }),
  );

const regressor = await sequenceRegressor({ input: 1, layers: [gru(16)], seed: 1 });
await regressor.fit(itemsOf(table(80, 0)), { epochs: 60, batch: 16, validation: 0.2, keepBest: true });
const fresh = itemsOf(table(20, 1000));
const { mae, r2 } = await regressor.evaluate(fresh);
const [[speed]] = regressor.predict([fresh[0].input]);
console.log(`mean error ${mae.toFixed(1)} of speeds from 20 to 79, R² ${r2.toFixed(2)}`);
console.log(`the first one: ${speed.toFixed(0)}, in truth ${fresh[0].target}`);
regressor.dispose();
