/** TensorFlow.js 4.22, cpu or wasm backend (one thread). */
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import { backend, measure } from "./measure.js";
import { tfjsStep } from "./tfjs-step.js";

await measure(async (w, arrays) => {
  if (backend === "wasm") setThreadsCount(1);
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs has no backend ${backend}`);
  await tf.ready();
  return tfjsStep(tf, w, arrays);
});
