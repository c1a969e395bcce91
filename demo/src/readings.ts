/** What the ink says: the likeliest reading, and others to choose from. */
import type { ReadText } from "unrolled/handwriting";
import { byId } from "./canvas.ts";

/** How many readings are shown. */
export const READINGS = 5;

/** The answer, and the buttons below it. */
export class Readings {
  readonly #answer = byId<HTMLOutputElement>("answer");
  readonly #others = byId("alternatives");
  #list: readonly ReadText[] = [];

  /** The reading that is chosen, "" where there is none. */
  get text(): string {
    return this.#list.length > 0 ? this.#answer.value : "";
  }

  /** Shows readings, best first. */
  show(list: readonly ReadText[]): void {
    this.#list = list.filter(({ text }) => text !== "");
    const kept = [...this.#others.querySelectorAll("button")];
    this.#list.forEach((reading, i) => {
      const button = kept[i] ?? this.#others.appendChild(document.createElement("button"));
      button.textContent = reading.text;
      button.title = `right in about ${(100 * reading.confidence).toFixed(0)} of 100 cases`;
      button.onclick = () => this.#choose(i);
    });
    for (const button of kept.slice(this.#list.length)) button.remove();
    this.#choose(0);
  }

  /** Says something else in the place of a reading. */
  say(words: string): void {
    this.show([]);
    this.#answer.value = words;
  }

  #choose(chosen: number): void {
    this.#answer.value = this.#list[chosen]?.text ?? "…";
    this.#others
      .querySelectorAll("button")
      .forEach((button, i) => button.setAttribute("aria-pressed", String(i === chosen)));
  }
}
