/** NumPy's file of named arrays: a zip of .npy files. */
import { DataError, knownOptions, show, OptionError } from "../../wasm/errors.ts";
import { bytesOf, type Bytes } from "../bytes.ts";
import { openZip, writeZip } from "../zip.ts";
import type { NumberArray, TypedArray } from "./dtypes.ts";
import { formatNpy, parseNpy } from "./npy.ts";

/** Arrays by name, as np.load gives them. Throws DataError on files that are broken or foreign. */
export async function readNpz(bytes: Bytes): Promise<Record<string, Required<NumberArray>>> {
  const who = "readNpz";
  const zip = openZip(who, bytesOf(who, bytes));
  const arrays = new Map<string, Required<NumberArray>>();
  for (const name of zip.names) {
    if (!name.endsWith(".npy"))
      throw new DataError(`${who}: the file holds "${name}", want .npy files and nothing else`);
    arrays.set(name.slice(0, -4), parseNpy(`${who}: ${name}`, await zip.read(name)));
  }
  return Object.fromEntries(arrays);
}

/**
 * The bytes of a .npz file. `compress`: deflated, as np.savez_compressed does (default false: stored, the
 * same bytes everywhere).
 */
export async function writeNpz(
  arrays: Readonly<Record<string, NumberArray | TypedArray>>,
  options: { compress?: boolean } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const who = "writeNpz";
  knownOptions(who, options, ["compress"]);
  if (typeof arrays !== "object" || arrays === null || Array.isArray(arrays) || ArrayBuffer.isView(arrays))
    throw new OptionError(`${who}: got ${show(arrays)}, want an object of arrays by name`);
  const files = Object.entries(arrays).map(
    ([name, array]) => [`${name}.npy`, formatNpy(`${who}: ${name}`, array)] as const,
  );
  return writeZip(who, new Map(files), options.compress ?? false);
}
