import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** A file of the library's build. */
const built = (file) => fileURLToPath(new URL(`../dist/${file}`, import.meta.url));

/** Writes the names of all built files, and a hash of their names and contents, into the built offline.js. */
function offline() {
  let folder;
  return {
    name: "offline",
    apply: "build",
    configResolved({ root, build }) {
      folder = join(root, build.outDir);
    },
    closeBundle() {
      const worker = join(folder, "offline.js");
      const hash = createHash("sha256");
      const files = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
        .filter((file) => file !== "offline.js")
        .sort();
      for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
      const names = files.map((file) => (file === "index.html" ? "./" : `./${file}`));
      const text = readFileSync(worker, "utf8");
      const version = hash.digest("hex").slice(0, 16);
      const written = text
        .replace('const VERSION = "";', `const VERSION = ${JSON.stringify(version)};`)
        .replace("const FILES = [];", `const FILES = ${JSON.stringify(names)};`);
      if (!written.includes(version) || !written.includes(JSON.stringify(names)))
        throw new Error(
          'offline.js: no lines `const VERSION = "";` and `const FILES = [];`, want them for the files',
        );
      writeFileSync(worker, written);
    },
  };
}

export default defineConfig({
  base: "./", // served from any folder
  plugins: [offline()],
  resolve: {
    alias: [
      { find: /^unrolled\/handwriting$/, replacement: built("handwriting/index.js") },
      { find: /^unrolled\/speech$/, replacement: built("speech/index.js") },
      { find: /^unrolled$/, replacement: built("index.js") },
    ],
  },
  server: { fs: { allow: [".."] } },
  worker: { format: "es" },
  build: { target: "es2022", assetsInlineLimit: 0 },
});
