/** What readers of a single file take: its text, or its bytes as `file.arrayBuffer()` gives them. */
import { decodeBytes, type TextOptions } from "../../formats/text.ts";
import { DataError, show } from "../../wasm/errors.ts";

/** The content of a file: text, or bytes. */
export type FileContent = string | Uint8Array | ArrayBuffer;

const isBuffer = (content: unknown): content is ArrayBuffer =>
  content instanceof ArrayBuffer || Object.prototype.toString.call(content) === "[object ArrayBuffer]";

/** The content with bytes in one shape. Throws DataError on what is neither text nor bytes. */
export function contentOf(who: string, content: FileContent): string | Uint8Array {
  if (typeof content === "string" || content instanceof Uint8Array) return content;
  if (isBuffer(content)) return new Uint8Array(content);
  throw new DataError(
    `${who}: got ${show(content)}, want the file's text, or its bytes: await file.arrayBuffer()`,
  );
}

/** The text of the content, bytes by `decodeBytes`. Throws DataError on what is neither. */
export function textOf(who: string, content: FileContent, options?: TextOptions): string {
  const given = contentOf(who, content);
  return typeof given === "string" ? given : decodeBytes(given, who, options);
}
