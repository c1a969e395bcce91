/** The rows of the listening tab: a word's name, its recordings, and how to add and take back some. */

/** What a row does. */
export interface RowActions {
  rename(row: number, name: string): void;
  record(row: number): void;
  files(row: number, files: readonly File[]): void;
  undo(row: number): void;
}

/** Rows that hold words; the last one holds everything else. */
export const WORD_ROWS = 3;
/** The row of sounds that are none of the words. */
export const OTHER = WORD_ROWS;

const button = (text: string, label: string, act: () => void): HTMLButtonElement => {
  const made = document.createElement("button");
  made.textContent = text;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
};

/** The rows, and what stands in them. */
export class WordRows {
  readonly #names: HTMLInputElement[] = [];
  readonly #counts: HTMLElement[] = [];
  readonly #buttons: HTMLButtonElement[] = [];

  constructor(host: HTMLElement, actions: RowActions) {
    for (let row = 0; row <= OTHER; ++row) host.append(this.#row(row, actions));
  }

  /** Names of the words. */
  get names(): string[] {
    return this.#names.map(({ value }) => value.trim());
  }

  set names(names: readonly string[]) {
    names.forEach((name, row) => {
      if (this.#names[row]) this.#names[row].value = name;
    });
  }

  /** Shows how many recordings a row has. */
  count(row: number, recordings: number, seconds: number): void {
    this.#counts[row].textContent =
      row === OTHER ? `${seconds.toFixed(0)} s` : `${recordings} recording${recordings === 1 ? "" : "s"}`;
  }

  /** While something is recorded or learned nothing else can be. */
  set busy(busy: boolean) {
    for (const one of this.#buttons) one.disabled = busy;
  }

  #row(row: number, actions: RowActions): HTMLElement {
    const line = document.createElement("div");
    line.className = "tools word";
    const what = row === OTHER ? "other sounds" : `word ${row + 1}`;
    if (row === OTHER) line.append(this.#label());
    else line.append(this.#name(row, actions));
    const files = document.createElement("input");
    files.type = "file";
    files.multiple = true;
    files.accept = ".wav,audio/wav";
    files.hidden = true;
    files.id = `files-${row}`;
    files.addEventListener("change", () => {
      if (files.files) actions.files(row, [...files.files]);
      files.value = "";
    });
    const own = [
      button("Record", `Record ${what}`, () => actions.record(row)),
      button("WAV files", `WAV files of ${what}`, () => files.click()),
      button("Undo", `Forget the last recording of ${what}`, () => actions.undo(row)),
    ];
    own[0].id = `record-${row}`;
    this.#buttons.push(...own);
    const count = document.createElement("span");
    count.id = `count-${row}`;
    this.#counts.push(count);
    line.append(...own, files, count);
    return line;
  }

  #label(): HTMLElement {
    const label = document.createElement("span");
    label.className = "name";
    label.textContent = "anything else";
    return label;
  }

  #name(row: number, actions: RowActions): HTMLInputElement {
    const name = document.createElement("input");
    name.className = "name";
    name.placeholder = `word ${row + 1}`;
    name.setAttribute("aria-label", `Name of word ${row + 1}`);
    name.maxLength = 24;
    name.addEventListener("change", () => actions.rename(row, name.value));
    this.#names.push(name);
    return name;
  }
}
