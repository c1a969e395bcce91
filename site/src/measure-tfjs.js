/**
 * Measures TensorFlow.js with its WebAssembly backend, one thread, in a Worker; all of it from this origin.
 */
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js"; // bundlers drop what the entry registers
import plain from "peer-kernels/tfjs-backend-wasm.wasm?url";
import simd from "peer-kernels/tfjs-backend-wasm-simd.wasm?url";
import threaded from "peer-kernels/tfjs-backend-wasm-threaded-simd.wasm?url";
import { tfjsStep } from "../../bench/peers/tfjs-step.js";
import { answerWorkloads } from "./steps-timed.js";

const address = (file) => new URL(file, import.meta.url).href;
setWasmPaths({
  "tfjs-backend-wasm.wasm": address(plain),
  "tfjs-backend-wasm-simd.wasm": address(simd),
  "tfjs-backend-wasm-threaded-simd.wasm": address(threaded),
});
setThreadsCount(1);

answerWorkloads(async (workload, arrays) => {
  if (!(await tf.setBackend("wasm"))) throw new Error("tfjs has no WebAssembly backend here");
  await tf.ready();
  return tfjsStep(tf, workload, arrays);
});
