/**
 * The cells of delimited text, one after another, in one pass and without a copy. Lines end in \n, \r\n or
 * \r; a separator or line break inside quotes is text, a quote inside quotes is written twice; with blanks as
 * separator any run of blanks and tabs is one.
 */

/**
 * The more special separator first: a comma may stand inside the numbers of a table with semicolons, hardly a
 * semicolon in one with commas.
 */
export const SEPARATORS = ["\t", ";", "|", ",", " "] as const;
export type Separator = (typeof SEPARATORS)[number];

/** Reads rows and cells from a place on: `while (scanner.startRow()) do … while (scanner.readCell())`. */
export class CellScanner {
  readonly #text: string;
  readonly #separator: Separator;
  #at: number;
  #line: number;
  #from = 0;
  #to = 0;
  #quoted = false;
  /** Blank lines passed over before this row. */
  blankLines = 0;
  /** The first line of the row, from 1. */
  line = 0;
  /** The line of a quote that never ends; its cell then goes to the end of the text. */
  openQuote: number | undefined;

  constructor(text: string, separator: Separator, start: { readonly at: number; readonly line: number }) {
    this.#text = text;
    this.#separator = separator;
    this.#at = start.at;
    this.#line = start.line;
  }

  /** Goes to the next line that is not blank; false at the end. */
  startRow(): boolean {
    this.blankLines = 0;
    for (;;) {
      let at = this.#at;
      while (isBlank(this.#text[at])) ++at;
      if (at >= this.#text.length) return false;
      if (!isLineEnd(this.#text[at])) break;
      this.#at = at;
      this.#endLine();
      ++this.blankLines;
    }
    this.line = this.#line;
    return true;
  }

  /** Reads the next cell of the row; true where another follows. */
  readCell(): boolean {
    const start = this.#skipBlanks(this.#at);
    this.#quoted = this.#text[start] === '"';
    if (this.#quoted) this.#readQuoted(start + 1);
    else {
      this.#from = this.#separator === " " ? start : this.#at;
      this.#to = this.#at = this.#cellEnd(this.#from);
    }
    return this.#passSeparator();
  }

  /** The text of the last cell read. */
  text(): string {
    const cell = this.#text.slice(this.#from, this.#to);
    return this.#quoted ? cell.replaceAll('""', '"').replace(/\r\n?/g, "\n") : cell.trim();
  }

  /** Whether the last cell read stood in quotes. */
  get quoted(): boolean {
    return this.#quoted;
  }

  #readQuoted(from: number): void {
    const text = this.#text;
    let at = from;
    for (; at < text.length; ++at) {
      if (text[at] === '"') {
        if (text[at + 1] !== '"') break;
        ++at;
      } else if (isLineEnd(text[at]) && !(text[at] === "\r" && text[at + 1] === "\n")) ++this.#line;
    }
    if (at >= text.length) this.openQuote ??= this.line;
    this.#from = from;
    this.#to = at;
    this.#at = this.#cellEnd(Math.min(at + 1, text.length));
  }

  /** Passes the separator or the line end behind a cell; true where it was a separator. */
  #passSeparator(): boolean {
    if (this.#separator === " ") this.#at = this.#skipBlanks(this.#at);
    const c = this.#text[this.#at];
    if (c === undefined) return false;
    if (isLineEnd(c)) {
      this.#endLine();
      return false;
    }
    if (this.#separator !== " ") ++this.#at;
    return true;
  }

  #endLine(): void {
    this.#at += this.#text[this.#at] === "\r" && this.#text[this.#at + 1] === "\n" ? 2 : 1;
    ++this.#line;
  }

  #skipBlanks(at: number): number {
    while (this.#text[at] === " " || (this.#text[at] === "\t" && this.#separator === " ")) ++at;
    return at;
  }

  #cellEnd(at: number): number {
    const text = this.#text;
    const blanks = this.#separator === " ";
    while (at < text.length) {
      const c = text[at];
      if (isLineEnd(c) || c === this.#separator || (blanks && c === "\t")) break;
      ++at;
    }
    return at;
  }
}

/** Whether a character ends a line. */
export const isLineEnd = (c: string | undefined): boolean => c === "\n" || c === "\r";
const isBlank = (c: string | undefined): boolean => c === " " || c === "\t";
