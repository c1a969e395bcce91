/** The bytes of a net: as they are given, from an address, or from a file beside a program. */
import { DataError, OptionError, show } from "../wasm/errors.ts";
import type { Response as Answer, URL as Address } from "../wasm/platform.ts";

type NodeFiles = typeof import("node:fs/promises");

/** node:fs/promises where there is one; no `node:` import: bundles for browsers never see one. */
function nodeFiles(): NodeFiles | undefined {
  const host = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
  return host?.getBuiltinModule?.("node:fs/promises") as NodeFiles | undefined;
}

async function bytesOf(who: string, response: Response): Promise<Uint8Array> {
  if (!response.ok)
    throw new DataError(
      `${who}: ${response.url} answers ${response.status}, want the file that is shipped; copy it ` +
        "beside the program, or give its bytes",
    );
  return new Uint8Array(await response.arrayBuffer());
}

/** What an address holds. Throws DataError where it has no file. */
export async function readAddress(who: string, address: Address): Promise<Uint8Array> {
  const files = address.href.startsWith("file:") ? nodeFiles() : undefined;
  return files ? files.readFile(new URL(address.href)) : bytesOf(who, await fetch(address.href));
}

/** The bytes of a model that a user names. Throws OptionError on what names none. */
export async function modelBytes(
  who: string,
  model: Uint8Array | ArrayBuffer | Address | Answer,
): Promise<Uint8Array> {
  if (model instanceof Uint8Array) return model;
  if (model instanceof ArrayBuffer) return new Uint8Array(model);
  if (typeof (model as Address | null)?.href === "string") return readAddress(who, model as Address);
  if (typeof (model as Response | null)?.arrayBuffer === "function") return bytesOf(who, model as Response);
  throw new OptionError(`${who}: model is ${show(model)}, want the bytes of a file, a URL or a Response`);
}
