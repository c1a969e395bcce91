/** Bundles what pages run: the page's own script, the Workers of examples, lecture and measurements. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { runnable } from "./build/experiments.js";

/** A file of the library's build. */
const built = (file) => fileURLToPath(new URL(`../dist/${file}`, import.meta.url));

/** `virtual:experiments`: a loader for each experiment of the lecture that needs no Node. */
function experiments() {
  const name = "virtual:experiments";
  return {
    name: "experiments",
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return undefined;
      const rows = runnable().map((experiment) => {
        const file = JSON.stringify(built(`cli/lecture/${experiment}.js`));
        return `  ${JSON.stringify(experiment)}: () => import(${file}),`;
      });
      const kernels = `import ${JSON.stringify(built("wasm/built-in.js"))};`;
      return `${kernels}\nexport default {\n${rows.join("\n")}\n};\n`;
    },
  };
}

/** The kernels of the other library that is measured, served from here. */
function peerKernels() {
  const folder = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"));
  return {
    name: "peer-kernels",
    resolveId: (id) =>
      /^peer-kernels\/[\w-]+\.wasm\?url$/.test(id) ? join(folder, id.slice(13)) : undefined,
  };
}

/** A program of examples/ is run for what it does, though the library's modules have no effects. */
function programs() {
  return {
    name: "programs",
    transform: (code, id) =>
      /\/examples\//.test(id) ? { code, map: null, moduleSideEffects: true } : undefined,
  };
}

const plugins = () => [experiments(), peerKernels(), programs()];
const entries = ["anomalies", "exchange", "reservoirs", "speech", "handwriting"];

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./", // served from any folder
  publicDir: false,
  logLevel: "warn",
  plugins: plugins(),
  resolve: {
    alias: [
      ...entries.map((entry) => ({
        find: new RegExp(`^unrolled/${entry}$`),
        replacement: built(`${entry}/index.js`),
      })),
      { find: /^unrolled$/, replacement: built("index.js") },
    ],
  },
  worker: { format: "es", plugins, rolldownOptions: { checks: { pluginTimings: false } } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      checks: { pluginTimings: false },
      input: {
        frame: fileURLToPath(new URL("src/example-frame.js", import.meta.url)),
        page: fileURLToPath(new URL("src/page.js", import.meta.url)),
        theme: fileURLToPath(new URL("src/theme.js", import.meta.url)),
      },
      output: { entryFileNames: "assets/[name].js" },
    },
  },
});
