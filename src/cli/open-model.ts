/** Models on disk: a checkpoint with a note of what it was trained for beside the spec. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Network, network } from "../models/network/network.ts";
import { readTensors, writeTensors } from "../formats/safetensors.ts";

/** What a model was trained for. */
export interface About {
  task: string;
  /** Characters by number, for models of text. */
  vocabulary?: string[];
  /** Bits a character on the held-out tail, when it was saved. */
  bits?: number;
}

/**
 * Makes the folder that a file is to stand in, where it is missing: before the work whose result it will
 * hold.
 */
export const roomFor = (path: string): void => {
  mkdirSync(dirname(path), { recursive: true });
};

/**
 * Writes the net, with the state of its training or without, all or nothing: the file is put in place when it
 * is complete.
 */
export function saveModel(path: string, net: Network, about: About, { training = true } = {}): void {
  const { spec, tensors } = readTensors(net.save({ training }), "unrolled");
  const partial = `${path}.partial`;
  roomFor(path);
  writeFileSync(partial, writeTensors({ ...spec, about }, [...tensors.values()]));
  renameSync(partial, path);
}

/** Reads a net that `saveModel` wrote. Errors name the file. */
export async function loadModel(path: string): Promise<{ net: Network; about: About }> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new Error(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    const { spec } = readTensors(bytes, "network.load");
    return {
      net: await network.load(bytes),
      about: (spec.about as About | undefined) ?? { task: "unknown" },
    };
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
}
