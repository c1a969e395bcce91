/** The public names of unrolled/exchange: nets and arrays of other programs, in and out. */
import "../wasm/built-in.ts";

export { readNpy, writeNpy } from "./arrays/npy.ts";
export { readNpz, writeNpz } from "./arrays/npz.ts";
export type { Dtype, NumberArray, TypedArray } from "./arrays/dtypes.ts";
export type { Bytes } from "./bytes.ts";
export { fromPyTorch } from "./pytorch/read.ts";
export { toPyTorch } from "./pytorch/write.ts";
export type { PyTorchDescription, PyTorchModule, PyTorchPlace } from "./pytorch/description.ts";
export { toC } from "./c/write.ts";
export type { COptions } from "./c/write.ts";
export type { WeightKind } from "./c/weights.ts";
export { toOnnx } from "./onnx/write.ts";
export type { OnnxOptions } from "./onnx/write.ts";
export { fromOnnx } from "./onnx/read.ts";
export type { FromOnnxOptions } from "./onnx/read.ts";
export { fromTfjs } from "./keras/tfjs.ts";
export type { KerasOptions } from "./keras/config.ts";
export { fromKeras } from "./keras/keras-file.ts";
export type { FromKerasOptions } from "./keras/keras-file.ts";
