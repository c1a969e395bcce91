/** Writes the Worker that keeps a built folder: the demo's and the site's. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** The line `const NAME = …;` with a value. */
function set(text, name, value) {
  const line = new RegExp(`^const ${name} = .*?;`, "m");
  if (!line.test(text))
    throw new Error(`worker.js: no line "const ${name} = …;", want it for what was built`);
  return text.replace(line, () => `const ${name} = ${JSON.stringify(value)};`);
}

/** Files below a folder, as addresses. */
const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((file) => file !== "offline.js")
    .sort();

/**
 * Writes `folder`/offline.js, which keeps all files of the folder but those for which `later` holds, under a
 * hash of all names and contents. Caches begin with `unrolled-` and `name`. How many files there are.
 */
export function writeOffline(folder, name, later = () => false) {
  const files = filesOf(folder);
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
  const kept = files
    .filter((file) => !later(file))
    .map((file) => (file === "index.html" ? "./" : `./${file}`));
  const named = set(readFileSync(new URL("./worker.js", import.meta.url), "utf8"), "NAME", name);
  const versioned = set(named, "VERSION", hash.digest("hex").slice(0, 16));
  writeFileSync(join(folder, "offline.js"), set(versioned, "FILES", kept));
  return files.length;
}
