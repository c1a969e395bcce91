/** The listening tab: words of one's own are recorded, learned in a worker, and then heard. */
import { microphone, writeWav, type Microphone } from "unrolled/speech";
import { byId, color, fresh } from "./canvas.ts";
import { download } from "./download.ts";
import { BANDS, type Asked, type Told } from "./listening-worker.ts";
import { readFiles, record, type Recorded } from "./recorder.ts";
import { Store, type Kept } from "./recordings-store.ts";
import { Spectrogram } from "./spectrogram.ts";
import { OTHER, WordRows } from "./words-view.ts";
import { zip } from "./zip.ts";

/** Seconds of a recording of a word, and of other sounds. */
const WORD_SECONDS = 1.5;
const OTHER_SECONDS = 5;
/** Recordings of a word that are few, but enough to learn from. */
const ENOUGH = 3;
/** Words that stay in the line of those that were heard. */
const SHOWN = 8;

/** The tab. */
class Listening {
  readonly #store = new Store();
  readonly #worker = new Worker(new URL("./listening-worker.ts", import.meta.url), { type: "module" });
  readonly #rows: WordRows;
  readonly #spectrogram = new Spectrogram(byId("spectrogram"), BANDS);
  readonly #status = byId("listening-status");
  #recordings: Kept[] = [];
  #losses: number[] = [];
  #heard: string[] = [];
  #model: Uint8Array | undefined;
  #source: Microphone | undefined;
  #began = 0;

  constructor() {
    this.#rows = new WordRows(byId("words"), {
      rename: () => void this.#store.keep("names", this.#rows.names),
      record: (row) => void this.#try(() => this.#record(row)),
      files: (row, files) => void this.#try(async () => this.#add(row, await readFiles(files))),
      undo: (row) => void this.#try(() => this.#undo(row)),
    });
    this.#worker.onmessage = ({ data }: MessageEvent<Told>) => this.#told(data);
    this.#worker.onerror = (event) => this.#say(`The worker failed: ${event.message}`);
    byId("train").addEventListener("click", () => void this.#try(() => this.#train()));
    byId("listen").addEventListener("click", () => void this.#try(() => this.#listen()));
    byId("export").addEventListener("click", () => this.#export());
    const slider = byId<HTMLInputElement>("threshold");
    slider.addEventListener("input", () => this.#threshold(Number(slider.value)));
    new ResizeObserver(() => {
      this.#spectrogram.draw();
      this.#drawLoss();
    }).observe(byId("spectrogram"));
  }

  /** Shows what is kept from earlier visits. */
  async restore(): Promise<void> {
    this.#rows.names = (await this.#store.note<string[]>("names")) ?? [];
    this.#recordings = await this.#store.recordings();
    this.#count();
    const bytes = await this.#store.note<Uint8Array>("model");
    if (bytes) this.#ask({ kind: "load", bytes });
    document.documentElement.dataset.ready = "listening";
  }

  #ask(asked: Asked, transfer: Transferable[] = []): void {
    this.#worker.postMessage(asked, transfer);
  }

  #say(text: string): void {
    this.#status.textContent = text;
  }

  async #try(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#say((error as Error).message);
    }
  }

  #count(): void {
    for (let row = 0; row <= OTHER; ++row) {
      const own = this.#recordings.filter((one) => one.row === row);
      this.#rows.count(
        row,
        own.length,
        own.reduce((sum, { samples, rate }) => sum + samples.length / rate, 0),
      );
    }
  }

  async #add(row: number, found: readonly Recorded[]): Promise<void> {
    for (const { samples, rate } of found) {
      const kept = { row, samples, rate };
      this.#recordings.push({ ...kept, id: await this.#store.add(kept) });
    }
    this.#count();
  }

  async #record(row: number): Promise<void> {
    this.#source?.stop();
    this.#rows.busy = true;
    this.#say(row === OTHER ? "Recording: noises, and other words …" : "Recording: say the word now …");
    try {
      const meter = byId<HTMLMeterElement>("level");
      const seconds = row === OTHER ? OTHER_SECONDS : WORD_SECONDS;
      await this.#add(row, [await record(seconds, (loudness) => (meter.value = loudness))]);
      this.#say("Recorded.");
    } finally {
      this.#rows.busy = false;
    }
  }

  async #undo(row: number): Promise<void> {
    const at = this.#recordings.map((one) => one.row).lastIndexOf(row);
    if (at < 0) return;
    const [{ id }] = this.#recordings.splice(at, 1);
    if (id !== undefined) await this.#store.remove(id);
    this.#count();
  }

  async #train(): Promise<void> {
    const names = this.#rows.names;
    const used = names.flatMap((_, row) => (this.#recordings.some((one) => one.row === row) ? [row] : []));
    const words = used.map((row) => names[row] || `word ${row + 1}`);
    const few = used.find((row) => this.#recordings.filter((one) => one.row === row).length < ENOUGH);
    if (used.length === 0) throw new Error("Record some words first.");
    if (few !== undefined)
      throw new Error(`"${names[few] || `word ${few + 1}`}" needs at least ${ENOUGH} recordings.`);
    if (new Set(words).size < words.length) throw new Error("Two words have one name; want different ones.");
    this.#source?.stop();
    this.#losses = [];
    this.#began = performance.now();
    this.#rows.busy = true;
    this.#say("Listening to the recordings …");
    const items = this.#recordings
      .filter(({ row }) => row === OTHER || used.includes(row))
      .map(({ row, samples, rate }) => ({
        samples,
        rate,
        word: row === OTHER ? null : words[used.indexOf(row)],
      }));
    this.#ask({ kind: "train", words, items });
  }

  async #listen(): Promise<void> {
    if (this.#source) return this.#source.stop();
    const source = await microphone();
    this.#source = source;
    byId("listen").textContent = "Stop listening";
    this.#ask({ kind: "listen", rate: source.rate });
    try {
      for await (const samples of source)
        this.#ask({ kind: "hear", samples }, [samples.buffer as ArrayBuffer]);
    } finally {
      this.#source = undefined;
      byId("listen").textContent = "Listen";
    }
  }

  #threshold(value: number): void {
    byId("threshold-value").textContent = value.toFixed(2);
    this.#ask({ kind: "threshold", value });
  }

  #told(told: Told): void {
    switch (told.kind) {
      case "progress": {
        this.#losses.push(told.loss);
        const left = Number.isFinite(told.secondsLeft) ? `, ${Math.ceil(told.secondsLeft)} s left` : "";
        this.#say(`Learning: step ${told.step} of ${told.steps}, loss ${told.loss.toPrecision(3)}${left}`);
        if (told.step % 5 === 0) this.#drawLoss();
        return;
      }
      case "ready":
        return this.#ready(told);
      case "heard": {
        this.#spectrogram.add(told.spectra, told.words);
        const [word, score] = told.likeliest;
        byId("likeliest").textContent = score > 0.05 ? `${word} ${(100 * score).toFixed(0)}%` : "";
        if (told.words.length === 0) return;
        this.#heard = [...this.#heard, ...told.words.map((one) => one.word)].slice(-SHOWN);
        byId("heard").textContent = this.#heard.join(" ");
        return;
      }
      case "failed":
        this.#rows.busy = false;
        this.#say(told.message);
    }
  }

  #ready({ words, bytes, threshold }: Extract<Told, { kind: "ready" }>): void {
    this.#rows.busy = false;
    this.#model = bytes;
    void this.#store.keep("model", bytes);
    const took = this.#began > 0 ? ` in ${((performance.now() - this.#began) / 1000).toFixed(0)} s` : "";
    this.#say(`Knows ${words.join(", ")}${took}; ${(bytes.length / 1000).toFixed(0)} kB. Press Listen.`);
    byId<HTMLInputElement>("threshold").value = String(threshold);
    byId("threshold-value").textContent = threshold.toFixed(2);
    byId<HTMLButtonElement>("listen").disabled = false;
    this.#status.dataset.trained = String(this.#began > 0);
    this.#drawLoss();
  }

  #drawLoss(): void {
    const { g, width, height } = fresh(byId<HTMLCanvasElement>("words-loss"));
    const n = this.#losses.length;
    if (n < 2) return;
    const top = Math.log(1 + this.#losses.reduce((max, loss) => Math.max(max, loss), 0));
    g.strokeStyle = color("accent");
    g.lineWidth = 1.5;
    g.beginPath();
    this.#losses.forEach((loss, i) =>
      g.lineTo((i / (n - 1)) * width, height - 4 - (Math.log(1 + loss) / top) * (height - 8)),
    );
    g.stroke();
  }

  /** All recordings as WAV files in folders by word, and the model. */
  #export(): void {
    const names = this.#rows.names;
    const folder = (row: number): string => (row === OTHER ? "other" : names[row] || `word ${row + 1}`);
    const files = this.#recordings.map(({ row, samples, rate }, i) => ({
      name: `${folder(row).replace(/[\\/]/g, "-")}/${i + 1}.wav`,
      bytes: writeWav({ samples, rate }),
    }));
    if (this.#model) files.push({ name: "words.safetensors", bytes: Uint8Array.from(this.#model) });
    if (files.length === 0) return this.#say("There is nothing to export yet.");
    download("words.zip", zip(files));
    this.#say(`Exported ${files.length} files: unrolled train words --data FOLDER reads the recordings.`);
  }
}

/** Starts the tab. */
export function startListening(): void {
  void new Listening().restore();
}
