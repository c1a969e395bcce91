/** Where a reader's net comes from: the file beside this program, an address, or bytes. */
import { network, type Network } from "../../models/network/network.ts";
import { readTensors } from "../../formats/read-safetensors.ts";
import { writeTensors } from "../../formats/safetensors.ts";
import { isObject } from "../../formats/json.ts";
import { DataError, OptionError, show } from "../../wasm/errors.ts";
import type { URL as Address } from "../../wasm/platform.ts";
import { scriptOf } from "../script.ts";
import { readLine } from "./confidence.ts";
import { isPacked, packNet, unpackNet } from "./packed-net.ts";
import type { Calibration, ReaderModel } from "./spec.ts";

/** Confidences as they come from the net. */
const UNCALIBRATED: Calibration = { text: [0, 1], character: [0, 1] };

/** A net, and how its confidences are to be taken. */
export interface ReaderFile {
  readonly net: Network;
  readonly calibration: Calibration;
}

type NodeFiles = typeof import("node:fs/promises");

/** node:fs/promises where there is one; no `node:` import: bundles for browsers never see one. */
function nodeFiles(): NodeFiles | undefined {
  const host = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
  return host?.getBuiltinModule?.("node:fs/promises") as NodeFiles | undefined;
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  if (!response.ok)
    throw new DataError(
      `handwritingReader: ${response.url} answers ${response.status}, want the file of a net; copy it ` +
        "beside the program, or give { model }",
    );
  return new Uint8Array(await response.arrayBuffer());
}

/** What an address holds. Throws DataError where it has no file. */
async function readAddress(address: Address): Promise<Uint8Array> {
  const files = address.href.startsWith("file:") ? nodeFiles() : undefined;
  return files ? files.readFile(new URL(address.href)) : bytesOf(await fetch(address.href));
}

/** The bytes of the net that is shipped. */
const shippedModel = (): Promise<Uint8Array> => readAddress(new URL("./reader.net", import.meta.url));

async function modelBytes(model: ReaderModel | undefined): Promise<Uint8Array> {
  if (model === undefined) return shippedModel();
  if (model instanceof Uint8Array) return model;
  if (model instanceof ArrayBuffer) return new Uint8Array(model);
  if (typeof (model as Address | null)?.href === "string") return readAddress(model as Address);
  if (typeof (model as Response | null)?.arrayBuffer === "function") return bytesOf(model as Response);
  throw new OptionError(
    `handwritingReader: model is ${show(model)}, want the bytes of a file, a URL or a Response`,
  );
}

function readCalibration(who: string, notes: unknown): Calibration {
  if (!isObject(notes)) return UNCALIBRATED;
  return { text: readLine(who, notes.text), character: readLine(who, notes.character) };
}

/** The net of a file. Throws DataError where it is none that reads handwriting. */
export async function readModel(model: ReaderModel | undefined): Promise<ReaderFile> {
  const bytes = await modelBytes(model);
  const saved = isPacked(bytes) ? unpackNet("handwritingReader", bytes) : bytes;
  const { spec } = readTensors(saved, "handwritingReader");
  const calibration = readCalibration("handwritingReader", spec.reader);
  const net = await network.load(saved);
  try {
    scriptOf(net);
    if (net.spec.loss !== "ctc")
      throw new DataError("handwritingReader: the net's loss is not ctc, want a reader");
    return { net, calibration };
  } catch (error) {
    net.dispose();
    throw error;
  }
}

/** A net that reads forwards, of a file. Throws DataError where it is none. */
export async function readLive(model: ReaderModel): Promise<Network> {
  const { net } = await readModel(model);
  const { input } = scriptOf(net);
  const isForward = !net.spec.layers.some(({ type }) => type === "bidirectional");
  if (input.kind === "running" && isForward) return net;
  net.dispose();
  throw new DataError(
    `handwritingReader: live reads ${input.kind} input${isForward ? "" : " in both directions"}, want a ` +
      "net of running input that reads forwards: unrolled train handwriting --net live --input running",
  );
}

/** The file of a reader: its net without training, and its calibration; packed, a byte a weight. */
export function writeModel(
  { net, calibration }: ReaderFile,
  weights: "float32" | "int8",
): Uint8Array<ArrayBuffer> {
  const { spec, tensors } = readTensors(net.save({ training: false }), "handwritingReader.save");
  const saved = writeTensors({ ...spec, reader: calibration }, [...tensors.values()]);
  return weights === "int8" ? packNet(saved) : saved;
}
