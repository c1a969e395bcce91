// Where the load of a server stands out: a spike, and a level that comes to stay.
import { anomalyDetector, changePoints } from "unrolled/anomalies";

const usual = (t) => 40 + 3 * Math.abs(((t + 6) % 24) - 12) + ((t * t) % 13);
const load = Array.from({ length: 600 }, (_, t) => usual(t) + (t > 450 ? 60 : 0));
load[300] = 400;

const detector = await anomalyDetector({ season: 24 });
const live = detector.stream();
for (const [hour, value] of load.entries()) {
  const { alarm, score, expected } = live.step(value);
  if (alarm) console.log(`hour ${hour}: ${value}, expected ${expected.toFixed(0)}: ${score.toFixed(1)} nats`);
}
const calm = load.with(300, load[299]); // the spike left out: it would be a change of its own
const changes = await changePoints(calm, { season: 24, shortest: 24 });
console.log(`the level changes at hour ${changes.join(", ")}`);
detector.dispose();
