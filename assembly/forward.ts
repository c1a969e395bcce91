/**
 * The kernels with which a net only answers: what `unrolled/float32` carries. Part of index.ts, with the
 * same bits.
 */
export { packedSize, pack, packTransposed } from "./algebra/pack";
export { gemmPacked } from "./algebra/gemm";
export { addScaled, fill, mul } from "./algebra/span";
export { mulAddRow, addRow, setRows, copyRows, addRows, gatherRows, scatterAddRows } from "./algebra/rows";
export { mapLogistic } from "./elementary/maps";
export { activate } from "./elementary/activations";
export { rnnStep } from "./cells/rnn";
export { leakyStep } from "./cells/leaky";
export { lstmStep } from "./cells/lstm";
export { lstm1997Step } from "./cells/lstm1997";
export { gruStep, gruResetStep, gruBlendStep } from "./cells/gru";
export { softmaxProbabilities } from "./losses/losses";

/** First free byte of the memory. */
export const heapBase: usize = __heap_base;
