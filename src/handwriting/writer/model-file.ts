/** Where a writer's net comes from: the file beside this program, an address, or bytes. */
import { Network } from "../../models/network/network.ts";
import { DataError } from "../../wasm/errors.ts";
import { modelBytes, readAddress } from "../model-bytes.ts";
import { isPacked, packNet, unpackNet } from "../reader/packed-net.ts";
import type { ReaderModel } from "../reader/spec.ts";
import { writerForm } from "./text.ts";

const WHO = "handwritingWriter";

/** The net of a file, packed or not. Throws DataError where it is none that writes. */
export async function readWriterNet(model: ReaderModel | undefined): Promise<Network> {
  const bytes =
    model === undefined
      ? await readAddress(WHO, new URL("./writer.net", import.meta.url))
      : await modelBytes(WHO, model);
  const net = await Network.load(isPacked(bytes) ? unpackNet(WHO, bytes) : bytes);
  try {
    if (net.spec.precision !== "float32")
      throw new DataError(`${WHO}: the net computes in ${net.spec.precision}, want float32`);
    writerForm(WHO, net);
    return net;
  } catch (error) {
    net.dispose();
    throw error;
  }
}

/** The file of a writer's net without training; packed, a byte a weight. */
export function writeWriterNet(net: Network, weights: "float32" | "int8"): Uint8Array<ArrayBuffer> {
  const saved = net.save({ training: false });
  return weights === "int8" ? packNet(saved) : saved;
}
