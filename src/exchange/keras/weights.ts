/** Layers of Keras and their weights, as files hold them. */
import type { Matrix } from "../nets/matrix.ts";

/** A layer as its file configures it. */
export interface KerasLayer {
  /** LSTM, Dense, …. */
  readonly kind: string;
  /** Its name in the file. */
  readonly name: string;
  /** Its options, named as in Keras or as in tfjs. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** A weight with its dimensions in the file. */
export interface KerasWeight extends Matrix {
  readonly shape: readonly number[];
}

/** A weight of one to three dimensions. */
export function kerasWeight(shape: readonly number[], data: Float32Array<ArrayBuffer>): KerasWeight {
  const columns = shape[shape.length - 1];
  return { shape, rows: data.length / columns, columns, data };
}

/** The weights of a file, taken in order. */
export interface WeightSource {
  /** The next weight of a layer: a vector is one row, kernels [width,I,O] have width·I rows. */
  next(layer: KerasLayer, what: string): KerasWeight;
}
