/**
 * As much of XML as pen formats need: tags with their attributes and the text before them, one after another,
 * with line numbers.
 */
import { broken, lineAt, type Folder } from "../../formats/folder.ts";

/** A start or end tag. An empty element `<a/>` gives both. */
export interface Tag {
  readonly name: string;
  readonly end: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  /** Text since the tag before. */
  readonly text: string;
  readonly line: number;
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const unescape = (text: string): string =>
  text.replace(/&(#x?[0-9a-fA-F]+|\w+);/g, (whole, name: string) =>
    name[0] === "#"
      ? String.fromCodePoint(name[1] === "x" ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10))
      : (entities[name] ?? whole),
  );

/**
 * The tags of a document, prefixes of names dropped. Throws DataError where a tag does not end or elements do
 * not nest.
 */
export function* tags(folder: Folder, file: string, xml: string): Generator<Tag, void, void> {
  const open: string[] = [];
  let at = 0;
  let text = "";
  let line = 1;
  let counted = 0;
  for (;;) {
    const start = xml.indexOf("<", at);
    if (start < 0) break;
    text += unescape(xml.slice(at, start));
    for (; counted < start; ++counted) if (xml.charCodeAt(counted) === 10) ++line;
    const skip = (ending: string, opening: number): string => {
      const end = xml.indexOf(ending, start + opening);
      if (end < 0)
        throw broken(
          folder,
          file,
          line,
          `"${xml.slice(start, start + opening)}" without "${ending}"; the file may be cut off`,
        );
      at = end + ending.length;
      return xml.slice(start + opening, end);
    };
    if (xml.startsWith("<!--", start)) {
      skip("-->", 4);
      continue;
    }
    if (xml.startsWith("<![CDATA[", start)) {
      text += skip("]]>", 9);
      continue;
    }
    if (xml.startsWith("<?", start) || xml.startsWith("<!", start)) {
      skip(">", 2);
      continue;
    }
    const inside = skip(">", 1);
    const [, slash, name, rest] = /^(\/?)\s*(?:[\w.-]+:)?([\w.-]+)([^]*)$/.exec(inside) ?? [];
    if (!name) throw broken(folder, file, line, `"<${inside.slice(0, 20)}>" is no tag`);
    const attributes: Record<string, string> = {};
    for (const [, key, double, single] of rest.matchAll(/([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g))
      attributes[key] = unescape(double ?? single ?? "");
    if (slash) {
      if (open.pop() !== name)
        throw broken(folder, file, line, `</${name}> ends an element that is not open`);
      yield { name, end: true, attributes: {}, text, line };
    } else {
      yield { name, end: false, attributes, text, line };
      if (rest.trimEnd().endsWith("/")) yield { name, end: true, attributes: {}, text: "", line };
      else open.push(name);
    }
    text = "";
  }
  if (open.length > 0)
    throw broken(
      folder,
      file,
      lineAt(xml, xml.length),
      `<${open.pop()}> is not closed; the file may be cut off`,
    );
}
