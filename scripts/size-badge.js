// docs/size.svg: the kilobytes, gzipped, that a page fetches to train an LSTM in float32, computed from
// dist/. `npm run badge` writes it; the test of sizes holds it to what it measures.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

const NAMES = "network, lstm, dense, adam";

/** Gzipped bytes of the entry with these names, of what it imports outright, and of the float32 kernels. */
export async function fetchedBytes(names = NAMES) {
  const entry = "\0entry";
  const index = JSON.stringify(resolve("dist/index.js"));
  const bundle = await rolldown({
    input: entry,
    platform: "browser",
    logLevel: "silent",
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) =>
          id === entry ? `import { ${names} } from ${index}; globalThis.used = { ${names} };` : undefined,
      },
    ],
  });
  const { output } = await bundle.generate({ format: "es", minify: true });
  await bundle.close();
  const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));
  const needed = new Set();
  const reach = (name) => {
    if (needed.has(name)) return;
    needed.add(name);
    chunks.get(name).imports.forEach(reach);
  };
  for (const { fileName, isEntry, facadeModuleId } of chunks.values())
    if (isEntry || facadeModuleId?.endsWith("/binary/float32.js")) reach(fileName);
  const sizes = [...needed].map((name) => gzipSync(chunks.get(name).code, { level: 9 }).length);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The badge of a number of bytes. */
export function badge(bytes) {
  const text = `${Math.round(bytes / 1000)} KB gzipped`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="104" height="20" role="img" aria-label="${text}">
<title>${text}</title>
<rect width="104" height="20" rx="3" fill="#0b5ba0"/>
<g fill="#ffffff" text-anchor="middle" font-family="Verdana,sans-serif" font-size="11">
<text x="52" y="14">${text}</text></g>
</svg>
`;
}

if (process.argv[1]?.endsWith("size-badge.js")) writeFileSync("docs/size.svg", badge(await fetchedBytes()));
