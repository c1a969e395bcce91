/** As much of CSS as tells where an element of SVG is drawn, and whether: declarations of a style. */

/** CSS without its comments; what a comment that never ends has swallowed is gone. */
function withoutComments(css: string): string {
  const kept: string[] = [];
  let at = 0;
  for (let open = css.indexOf("/*"); open >= 0; open = css.indexOf("/*", at)) {
    kept.push(css.slice(at, open));
    const close = css.indexOf("*/", open + 2);
    at = close < 0 ? css.length : close + 2;
  }
  return kept.join(" ") + css.slice(at);
}

/** What a declaration says, in small letters but for its functions, and without "!important". */
const valueOf = (text: string): string => text.replace("!important", "").trim();

/** The declarations of a style attribute: values by their properties. */
export function declarationsOf(style: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const declaration of withoutComments(style).split(";")) {
    const colon = declaration.indexOf(":");
    if (colon < 0) continue;
    found.set(declaration.slice(0, colon).trim().toLowerCase(), valueOf(declaration.slice(colon + 1)));
  }
  return found;
}

/** What would place or hide elements, and the values that change nothing. */
const PLACING =
  /(?:^|[;{\s])(display|visibility|transform(?:-origin|-box)?|translate|rotate|scale)\s*:([^;}]*)/g;
const HARMLESS = new Set([
  "none",
  "inline",
  "block",
  "inline-block",
  "visible",
  "initial",
  "inherit",
  "unset",
]);

/** The property by which a sheet places or hides elements; undefined where it does neither. */
export function placingProperty(sheet: string): string | undefined {
  for (const [, property, text] of withoutComments(sheet).matchAll(PLACING)) {
    const value = valueOf(text);
    if (!HARMLESS.has(value) || (property === "display" && value === "none")) return property;
  }
  return undefined;
}
