/** Where a reader's net comes from: the file beside this program, an address, or bytes. */
import { fetchAhead } from "../../models/network/fetch-ahead.ts";
import { Network } from "../../models/network/network.ts";
import { readTensors, type SavedTensors } from "../../formats/read-safetensors.ts";
import { writeTensors } from "../../formats/safetensors.ts";
import { isObject } from "../../formats/json.ts";
import { engine } from "../../wasm/engine.ts";
import { DataError } from "../../wasm/errors.ts";
import { modelBytes, readAddress } from "../model-bytes.ts";
import { scriptOf } from "../script.ts";
import { readLine } from "./confidence.ts";
import { isPacked, packNet, unpackNet } from "./packed-net.ts";
import type { Calibration, ReaderModel } from "./spec.ts";

const WHO = "handwritingReader";
/** Confidences as they come from the net. */
const UNCALIBRATED: Calibration = { text: [0, 1], character: [0, 1] };

/** A net, and how its confidences are to be taken. */
export interface ReaderFile {
  readonly net: Network;
  readonly calibration: Calibration;
}

/** The bytes of a net: those of a model, or of the net that is shipped. */
const readerBytes = (model: ReaderModel | undefined): Promise<Uint8Array> =>
  model === undefined ? readAddress(WHO, new URL("./reader.net", import.meta.url)) : modelBytes(WHO, model);

/** The net of a model as its file has it: read while kernels are fetched and compiled. */
async function savedModel(model: ReaderModel | undefined): Promise<SavedTensors> {
  const bytes = await readerBytes(model);
  return isPacked(bytes) ? unpackNet(WHO, bytes) : readTensors(bytes, WHO);
}

function readCalibration(who: string, notes: unknown): Calibration {
  if (!isObject(notes)) return UNCALIBRATED;
  return { text: readLine(who, notes.text), character: readLine(who, notes.character) };
}

/** The net of a file. Throws DataError where it is none that reads handwriting. */
export async function readModel(model: ReaderModel | undefined): Promise<ReaderFile> {
  const [saved] = await Promise.all([savedModel(model), fetchAhead("float32"), engine("float64")]);
  const calibration = readCalibration("handwritingReader", saved.spec.reader);
  const net = await Network.load(saved);
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
