/** What UNIPEN files are made of: statements of keywords, words, quoted texts, numbers of strokes. */

/** A keyword with what stands behind it, over as many lines as it takes. */
export interface Statement {
  readonly keyword: string;
  readonly argument: string;
  readonly line: number;
}

export const isLineEnd = (c: number): boolean => c === 10 || c === 13;
export const isSpace = (c: number): boolean => c === 32 || (c >= 9 && c <= 13);

/** Whether a keyword may begin at a place: a dot in the first column. */
const startsKeyword = (text: string, at: number): boolean =>
  text[at] === "." && (at === 0 || isLineEnd(text.charCodeAt(at - 1)));

export function* statements(text: string): Generator<Statement, void, void> {
  const KEYWORD = /\.([A-Z_0-9]+)/y;
  let keyword = "";
  let from = 0;
  let line = 1;
  let keywordLine = 1;
  for (let at = 0; at < text.length; ++at) {
    if (startsKeyword(text, at)) {
      KEYWORD.lastIndex = at;
      const found = KEYWORD.exec(text)?.[1];
      if (found !== undefined) {
        if (keyword) yield { keyword, argument: text.slice(from, at), line: keywordLine };
        keyword = found;
        from = at + found.length + 1;
        keywordLine = line;
      }
    }
    if (isLineEnd(text.charCodeAt(at)) && !(text[at] === "\r" && text[at + 1] === "\n")) ++line;
  }
  if (keyword) yield { keyword, argument: text.slice(from), line: keywordLine };
}

/** The words of a text. */
export function* wordsOf(text: string): Generator<string, void, void> {
  const WORD = /\S+/g;
  for (let match = WORD.exec(text); match; match = WORD.exec(text)) yield match[0];
}

/** The text in the first quotes, in which a backslash stands before quotes and backslashes. */
export function quoted(argument: string): string | undefined {
  const from = argument.indexOf('"') + 1;
  if (from === 0) return undefined;
  for (let at = from; at < argument.length; ++at) {
    if (argument[at] === "\\") ++at;
    else if (argument[at] === '"') return argument.slice(from, at).replace(/\\([^])/g, "$1");
  }
  return undefined;
}

/** Strokes from one number to another, both included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The spans of a delineation such as "3", "0-4" or "1,3-5"; places inside strokes ("2:10-3:5") are taken as
 * whole strokes. Undefined at the end where the text is none.
 */
export function* spansOf(delineation: string): Generator<Span | undefined, void, void> {
  const SPAN = /(\d+)(?::\d+)?(?:-(\d+)(?::\d+)?)?(?:,|$)/y;
  do {
    const match = SPAN.exec(delineation);
    yield match ? { from: Number(match[1]), to: Number(match[2] ?? match[1]) } : undefined;
    if (!match) return;
  } while (SPAN.lastIndex < delineation.length);
}
