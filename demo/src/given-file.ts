/** Files that are given to the page: a button opens the choice, and what is no such file is told. */
import { byId } from "./canvas.ts";
import { messageOf } from "./message.ts";

/** A file and all of its bytes. */
export interface Given {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** The bytes of a file. Throws where there are none, or more than `largest`. */
async function read(file: File, largest: number): Promise<Given> {
  if (file.size === 0) throw new Error("the file is empty");
  if (file.size > largest)
    throw new Error(`the file has ${megabytes(file.size)}, want at most ${megabytes(largest)}`);
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
}

/** What a button and its hidden choice of files do. */
interface Choice {
  readonly button: string;
  readonly input: string;
  /** Most bytes of a file. */
  readonly largest: number;
  /** Takes a file; may throw, and has changed nothing then. */
  readonly take: (given: Given) => Promise<void>;
  /** Tells what is wrong with a file; "" when another one is given. */
  readonly say: (words: string) => void;
}

/** Lets a button take files. */
export function takeFiles({ button, input, largest, take, say }: Choice): void {
  const choice = byId<HTMLInputElement>(input);
  byId(button).addEventListener("click", () => choice.click());
  choice.addEventListener("change", async () => {
    const file = choice.files?.[0];
    if (!file) return;
    say("");
    try {
      await take(await read(file, largest));
    } catch (error) {
      say(`${file.name}: ${messageOf(error)}`);
    } finally {
      choice.value = "";
    }
  });
}
