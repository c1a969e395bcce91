// Is something wrong? The load of a server, hour by hour: a spike raises an alarm when it comes, and the
// hour is found at which the level changes for good.
import { plot, svg } from "unrolled";
import { anomalyDetector, changePoints } from "unrolled/anomalies";

const usual = (t) => 40 + 3 * Math.abs(((t + 6) % 24) - 12) + ((t * t) % 13);
const load = Array.from({ length: 600 }, (_, t) => usual(t) + (t > 450 ? 60 : 0));
load[300] = 400;

const detector = await anomalyDetector({ season: 24 });
const live = detector.stream();
const alarms = [];
for (const [hour, value] of load.entries()) {
  const { alarm, expected } = live.step(value);
  if (!alarm) continue;
  alarms.push(hour);
  if (alarms.length < 3) console.log(`hour ${hour}: ${value}, expected ${expected.toFixed(0)}`);
}
const calm = load.with(300, load[299]); // the spike left out: it would be a change of its own
const changes = await changePoints(calm, { season: 24, shortest: 24 });
console.log(`the level changes at hour ${changes.join(", ")}`);

const hours = load.map((_, t) => t);
postMessage(
  svg(
    plot({
      title: "Alarms as they come, and a level that comes to stay",
      x: { label: "hour" },
      y: { label: "load" },
      marks: [
        { kind: "line", x: hours, y: load },
        { kind: "points", x: alarms, y: alarms.map((t) => load[t]), label: "alarm" },
      ],
    }),
  ),
);
detector.dispose();
