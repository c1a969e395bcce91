/** The texts that search looks through: prose by heading, the reference by name. */
const plain = (html) =>
  html
    .replace(/<pre[\s\S]*?<\/pre>|<svg[\s\S]*?<\/svg>|<[^>]+>/g, " ")
    .replace(/&(amp|lt|gt|quot);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">", quot: '"' })[name])
    .replace(/\s+/g, " ")
    .trim();

/** Headings that every page of a kind has: they say nothing of where one is. */
const COMMON = /^(The experiment|The code|Turn the knobs|In your own program)$/;

/** A page's parts by heading; a heading that many pages have is no part of its own. */
function sectionsOf({ path, title, words: listed = title, body }) {
  const pieces = body.split(/(?=<h[23] id=")/).reduce((parts, piece) => {
    const words = plain(/^<h[23] id="[^"]*">([\s\S]*?)<\/h/.exec(piece)?.[1] ?? "");
    return parts.length && (!words || COMMON.test(words))
      ? [...parts.slice(0, -1), parts.at(-1) + piece]
      : [...parts, piece];
  }, []);
  return pieces.map((piece) => {
    const [, id, words] = /^<h[23] id="([^"]*)">([\s\S]*?)<\/h/.exec(piece) ?? [];
    return {
      title: words ? plain(words) : listed,
      page: words ? title : "",
      to: `${path}.html${id ? `#${id}` : ""}`,
      text: plain(piece).slice(0, 600),
    };
  });
}

/** The entries of the search. */
export const searchEntries = (written, reference) => [
  ...written.flatMap(sectionsOf),
  ...reference.flatMap(({ path, title, names }) =>
    names.map(({ words, id, says, members }) => ({
      title: words,
      page: `Reference: ${title}`,
      to: `${path}.html#${id}`,
      text: `${says.slice(0, 200)} ${members.join(" ")}`,
    })),
  ),
];
