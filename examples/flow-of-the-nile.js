// The flow of the Nile at Aswan, 1871 to 1890 (Cobb 1978), as a level that wanders and is seen through noise:
// the exact diffuse Kalman filter, maximum likelihood, and a forecast with its uncertainty. NaN is a year
// without a reading.
import { localLevel } from "unrolled";

const flow = [
  1120,
  1160,
  963,
  1210,
  1160,
  1160,
  813,
  1230,
  1370,
  1140,
  995,
  935,
  1110,
  NaN,
  1020,
  960,
  1180,
  799,
  958,
  1140,
];
const level = await localLevel();
const report = await level.fit(flow, { iterations: 500 });
const { means } = level.smooth(flow);
const { means: ahead, covariances } = level.forecast(3, { history: flow });

console.log(`ln p ${report.logLikelihood.toFixed(3)} nats after ${report.iterations} iterations`);
console.log(`level in the year without a reading: ${means[13].toFixed(0)}`);
ahead.forEach((mean, h) => {
  console.log(`${h + 1} years ahead: ${mean.toFixed(0)} ± ${(1.96 * Math.sqrt(covariances[h])).toFixed(0)}`);
});
level.dispose();
