/** The kernels of speech: a module of its own, in doubles. */
export { rootsOfUnity } from "./fft";
export {
  bandEnergies,
  channelNormalization,
  frameSpectra,
  logFloor,
  project,
  runningNormalization,
} from "./features";
export { kaiserLowPass, resample } from "./resample";
export { mapCos, mapExp, mapLog } from "../elementary/maps";
export { randomNormal } from "../random";

/** First free byte of the memory. */
export const heapBase: usize = __heap_base;
