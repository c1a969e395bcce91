/**
 * A learned hand apart from the net that learned it: what each weight has become less what it was. It fits
 * that net alone, whose fingerprint it carries.
 */
import { readTensors } from "../../formats/read-safetensors.ts";
import { writeTensors, type Tensor } from "../../formats/safetensors.ts";
import { network, type Network } from "../../models/network/network.ts";
import { DataError } from "../../wasm/errors.ts";

const KIND = "hand";

/** FNV-1a, 32 bits, of a net's weights. */
function fingerprint(net: Network): number {
  let hash = 0x811c9dc5;
  for (const { data } of net.parameters) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}

/** The hand that `own` has become of `net`. */
export function writeHand(net: Network, own: Network): Uint8Array<ArrayBuffer> {
  const learned = own.parameters;
  const tensors = net.parameters.map(({ name, shape, data }, i): Tensor => {
    const change = Float32Array.from(data, (value, k) => learned[i].data[k] - value);
    return { name, shape, data: change };
  });
  return writeTensors({ model: KIND, net: fingerprint(net) }, tensors);
}

/** A net of its own that writes as a hand was learned. Throws DataError on hands of other nets. */
export async function readHand(who: string, net: Network, bytes: Uint8Array | ArrayBuffer): Promise<Network> {
  const { spec, tensors } = readTensors(bytes, `${who}: hand`);
  if (spec.model !== KIND)
    throw new DataError(`${who}: hand: the file holds no hand, want what reader.hand() gives`);
  if (spec.net !== fingerprint(net))
    throw new DataError(
      `${who}: hand: it was learned by another net; learn it again, or give that net as { model }`,
    );
  const own = await network.load(net.save({ training: false }));
  try {
    for (const { name, data, set } of own.parameters) {
      const change = tensors.get(name);
      if (change?.data.length !== data.length)
        throw new DataError(
          `${who}: hand: ${name} has ${change?.data.length ?? 0} weights, want ${data.length}`,
        );
      set(Float32Array.from(data, (value, k) => value + change.data[k]));
    }
    return own;
  } catch (error) {
    own.dispose();
    throw error;
  }
}
