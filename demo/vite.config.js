import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { writeOffline } from "./offline/write.js";

/** A file of the library's build. */
const built = (file) => fileURLToPath(new URL(`../dist/${file}`, import.meta.url));

/** Writes the Worker that keeps all built files. */
function offline() {
  let folder;
  return {
    name: "offline",
    apply: "build",
    configResolved({ root, build }) {
      folder = join(root, build.outDir);
    },
    closeBundle() {
      writeOffline(folder, "demo");
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
