/** The texts that search looks through: prose by heading, the reference by name. */
const plain = (html) =>
  html
    .replace(/<pre[\s\S]*?<\/pre>|<svg[\s\S]*?<\/svg>|<[^>]+>/g, " ")
    .replace(/&(amp|lt|gt|quot);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">", quot: '"' })[name])
    .replace(/\s+/g, " ")
    .trim();

/** A page's parts by heading. */
function sectionsOf({ path, title, body }) {
  const pieces = body.split(/(?=<h[23] id=")/);
  return pieces.map((piece) => {
    const [, id, words] = /^<h[23] id="([^"]*)">([\s\S]*?)<\/h/.exec(piece) ?? [];
    return {
      title: words ? plain(words) : title,
      page: title,
      to: `${path}.html${id ? `#${id}` : ""}`,
      text: plain(piece).slice(0, 600),
    };
  });
}

/** The entries of the search. */
export const searchEntries = (written, reference) => [
  ...written.flatMap(sectionsOf),
  ...reference.flatMap(({ path, title, names }) =>
    names.map(({ words, id }) => ({
      title: words,
      page: `Reference: ${title}`,
      to: `${path}.html#${id}`,
      text: "",
    })),
  ),
];
