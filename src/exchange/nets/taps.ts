/**
 * Kernels of convolutions over time. Ours are [I,width·O], tap j in columns [j·O, (j+1)·O); PyTorch and ONNX
 * have [O,I,width], Keras [width,I,O].
 */
import type { ConvLayer } from "../../models/network/optional/layers.ts";
import { zeros, type Matrix } from "./matrix.ts";

/** Our matrix of kernels [O,I,width], as a matrix of O rows. */
export function fromChannels({ rows: O, columns, data }: Matrix, width: number): Matrix {
  const I = columns / width;
  const out = zeros(data, I, width * O);
  for (let o = 0; o < O; ++o)
    for (let i = 0; i < I; ++i)
      for (let j = 0; j < width; ++j) out.data[i * width * O + j * O + o] = data[(o * I + i) * width + j];
  return out;
}

/** Kernels [O,I,width] of our matrix, as a matrix of O rows: the inverse of fromChannels. */
export function toChannels({ rows: I, columns, data }: Matrix, width: number): Matrix {
  const O = columns / width;
  const out = zeros(data, O, I * width);
  for (let o = 0; o < O; ++o)
    for (let i = 0; i < I; ++i)
      for (let j = 0; j < width; ++j) out.data[(o * I + i) * width + j] = data[i * width * O + j * O + o];
  return out;
}

/** Our matrix of kernels [width,I,O], as a matrix of width·I rows. */
export function fromTaps({ rows, columns: O, data }: Matrix, width: number): Matrix {
  const I = rows / width;
  const out = zeros(data, I, width * O);
  for (let j = 0; j < width; ++j)
    for (let i = 0; i < I; ++i)
      out.data.set(data.subarray((j * I + i) * O, (j * I + i + 1) * O), i * width * O + j * O);
  return out;
}

/** Zeros in front of a sequence and behind it. */
export function paddingOf({ width, dilation, causal }: ConvLayer): readonly [before: number, behind: number] {
  const reach = (width - 1) * dilation;
  const before = causal ? reach : Math.floor(reach / 2);
  return [before, reach - before];
}
