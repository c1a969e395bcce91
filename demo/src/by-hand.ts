/** Texts that a net writes by hand: what is typed is drawn on the pad, another way each time. */
import { handwritingWriter, type HandwritingWriter } from "unrolled/handwriting";
import { byId } from "./canvas.ts";
import type { Pad, Stroke } from "./pad.ts";
import { messageOf } from "./message.ts";

/** The form below the pad. */
class WritingByHand {
  readonly #text = byId<HTMLInputElement>("text");
  readonly #tidiness = byId<HTMLInputElement>("tidiness");
  readonly #button = byId<HTMLButtonElement>("write");
  readonly #status = byId("written");
  readonly #pad: Pad;
  #writer: Promise<HandwritingWriter> | undefined;
  #seed = 0;

  constructor(pad: Pad) {
    this.#pad = pad;
    byId("by-hand").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#button.disabled = true;
    this.#status.textContent = "";
    try {
      const writer = await this.#fetched();
      const strokes = await writer.write(this.#text.value.trim(), {
        bias: this.#tidiness.valueAsNumber,
        seed: ++this.#seed,
      });
      void this.#pad.play(strokes.map((stroke) => stroke.map(([x, y]): Stroke[number] => [x, y])));
    } catch (error) {
      this.#status.textContent = messageOf(error);
    } finally {
      this.#button.disabled = false;
    }
  }

  /** The writer, whose net is fetched when a text is first asked for; after a failure again. */
  async #fetched(): Promise<HandwritingWriter> {
    this.#writer ??= handwritingWriter();
    try {
      return await this.#writer;
    } catch (error) {
      this.#writer = undefined;
      throw error;
    }
  }
}

/** Lets texts be written on a pad. */
export function startWritingByHand(pad: Pad): void {
  new WritingByHand(pad);
}
