/** Teaching: lines with their texts, kept by this browser, and the hand that a worker learns from them. */
import type { LearnReport, WrittenText } from "unrolled/handwriting";
import { byId } from "./canvas.ts";
import { download } from "./download.ts";
import { takeFiles } from "./given-file.ts";
import type { Pad } from "./pad.ts";
import { Store } from "./recordings-store.ts";
import type { Taught } from "./teach.ts";

/** Fewest lessons of a hand: every fifth is held back. */
const FEWEST = 5;
/** Most bytes of a file with a hand; one has some hundred thousand. */
const LARGEST_HAND = 10e6;

/** What the teaching needs of the page. */
interface Lessons {
  readonly pad: Pad;
  /** What the net reads now. */
  readonly reading: () => string;
  /** Reads with a hand from now on; without one with the net as it came. Throws on what is none. */
  readonly use: (hand: Uint8Array | undefined) => Promise<void>;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)}%`;

function sentence({ learned, before, after, lossBefore, lossAfter }: LearnReport): string {
  if (!learned) return "The line held back was read no better: nothing has changed. More lessons help.";
  const nats = `${lossBefore.toFixed(1)} → ${lossAfter.toFixed(1)} nats`;
  return `Learned. Errors on what was held back: ${percent(before)} → ${percent(after)} (${nats} a line).`;
}

/** The form. */
class Teaching {
  readonly #page: Lessons;
  readonly #store = new Store();
  readonly #text = byId<HTMLInputElement>("lesson-text");
  readonly #learn = byId<HTMLButtonElement>("learn-hand");
  readonly #forget = byId<HTMLButtonElement>("forget");
  readonly #export = byId<HTMLButtonElement>("export-hand");
  readonly #status = byId("taught");
  #lessons: WrittenText[] = [];
  #hand: Uint8Array<ArrayBuffer> | undefined;
  #worker: Worker | undefined;

  constructor(page: Lessons) {
    this.#page = page;
    byId("lesson").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#keep();
    });
    this.#learn.addEventListener("click", () => this.#start());
    this.#forget.addEventListener("click", () => void this.#forgetAll());
    this.#export.addEventListener("click", () => {
      if (this.#hand) download("hand.safetensors", new Blob([this.#hand]));
    });
    takeFiles({
      button: "import-hand",
      input: "hand-file",
      largest: LARGEST_HAND,
      take: async ({ name, bytes }) => {
        await this.#use(bytes);
        this.#say(`Reads with the hand of ${name}.`);
      },
      say: (words) => this.#say(words),
    });
  }

  /** What this browser has kept. */
  async restore(): Promise<void> {
    this.#lessons = (await this.#store.note<WrittenText[]>("lessons")) ?? [];
    const hand = await this.#store.note<Uint8Array<ArrayBuffer>>("hand");
    this.#show();
    if (hand) await this.#use(hand).catch(() => this.#use(undefined));
  }

  /** The ink on the pad with what it says is a lesson. */
  #keep(): void {
    const strokes = this.#page.pad.strokes.map((stroke) => [...stroke]);
    const text = this.#text.value.trim() || this.#page.reading();
    if (strokes.length === 0 || text === "") return this.#say("Write a line on the pad first.");
    this.#lessons.push({ strokes, text });
    void this.#store.keep("lessons", this.#lessons);
    this.#text.value = "";
    this.#page.pad.clear();
    this.#show();
    this.#say(`Kept “${text}”.`);
  }

  #start(): void {
    const worker = new Worker(new URL("./teaching-worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Taught>) => void this.#hear(data);
    worker.onerror = ({ message }) => void this.#hear({ kind: "failed", message });
    this.#worker = worker;
    this.#show();
    this.#say("Learning…");
    worker.postMessage(this.#lessons);
  }

  async #hear(taught: Taught): Promise<void> {
    if (taught.kind === "progress")
      return this.#say(`Learning: ${percent(taught.epoch / taught.epochs)} done.`);
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#show();
    if (taught.kind === "failed") return this.#say(`Not learned: ${taught.message}`);
    if (taught.hand) await this.#use(Uint8Array.from(taught.hand));
    this.#say(sentence(taught.report));
  }

  async #forgetAll(): Promise<void> {
    this.#lessons = [];
    await this.#store.keep("lessons", []);
    await this.#use(undefined);
    this.#say("Lessons and hand are forgotten.");
  }

  async #use(hand: Uint8Array<ArrayBuffer> | undefined): Promise<void> {
    await this.#page.use(hand);
    this.#hand = hand;
    await this.#store.keep("hand", hand);
    this.#show();
  }

  #show(): void {
    const count = this.#lessons.length;
    byId("lessons").textContent = `${count} lesson${count === 1 ? "" : "s"}; ${FEWEST} to 20 are asked for`;
    const busy = this.#worker !== undefined;
    this.#learn.disabled = busy || count < FEWEST;
    this.#forget.disabled = busy || (count === 0 && !this.#hand);
    this.#export.disabled = !this.#hand;
  }

  #say(words: string): void {
    this.#status.textContent = words;
  }
}

/** Starts the form, with what this browser has kept. */
export const startTeaching = (page: Lessons): Promise<void> => new Teaching(page).restore();
