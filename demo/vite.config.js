import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  base: "./", // served from any folder
  resolve: { alias: { unrolled: fileURLToPath(new URL("../dist/index.js", import.meta.url)) } },
  server: { fs: { allow: [".."] } },
  worker: { format: "es" },
  build: { target: "es2022", assetsInlineLimit: 0 },
});
