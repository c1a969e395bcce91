/** Models on disk: a checkpoint with a note of what it was trained for beside the spec. */
import { type Network, network } from "../models/network/network.ts";
import { readTensors } from "../formats/read-safetensors.ts";
import { writeTensors } from "../formats/safetensors.ts";
import { UsageError } from "./command.ts";
import { readFileBytes } from "./disk.ts";
import { writeWhole } from "./output-file.ts";

/** What a model was trained for. */
export interface About {
  task: string;
  /** Characters by number, for models of text. */
  vocabulary?: string[];
  /** Bits a character on the held-out tail, when it was saved. */
  bits?: number;
}

/** The bytes of a saved model with a note beside its spec; the model's own `load` reads them as before. */
export function withAbout(bytes: Uint8Array, about: About): Uint8Array {
  const { spec, tensors } = readTensors(bytes, "unrolled");
  return writeTensors({ ...spec, about }, [...tensors.values()]);
}

/**
 * Writes the net, with the state of its training or without, all or nothing. Throws what `writeWhole` does.
 */
export function saveModel(path: string, net: Network, about: About, { training = true } = {}): void {
  writeWhole(path, withAbout(net.save({ training }), about));
}

/** The bytes of a model's file, and what it says beside the model. Errors name the file. */
export function readModelFile<A extends About>(path: string): { bytes: Uint8Array; about: A } {
  const bytes = readFileBytes(path);
  const { about } = readTensors(bytes, path).spec;
  return { bytes, about: (about ?? { task: "unknown" }) as A };
}

/** Reads a net that `saveModel` wrote. Errors name the file. */
export async function loadModel(path: string): Promise<{ net: Network; about: About }> {
  const { bytes, about } = readModelFile(path);
  try {
    return { net: await network.load(bytes), about };
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
}

/** Reads the net that a training is to go on from: one of `task`, or UsageError. */
export async function loadToResume<A extends About>(
  path: string | undefined,
  task: string,
): Promise<{ net: Network; about: A }> {
  if (path === undefined)
    throw new UsageError("--resume needs --out FILE, the model to go on from and to write");
  const { net, about } = await loadModel(path).catch((error: Error) => {
    throw new UsageError(`--resume: ${error.message}; leave --resume out to begin`);
  });
  if (about.task === task && "run" in about) return { net, about: about as unknown as A };
  net.dispose();
  throw new UsageError(
    `--resume: ${path}: a model of task "${about.task}", want one that \`unrolled train ${task}\` saved`,
  );
}
