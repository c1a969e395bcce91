// Formats the project's code with Prettier, or with --check names the files that are not formatted.
// AssemblyScript's decorators on functions and constants are no TypeScript: they are put in comments before,
// and taken out again after.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { check, format, resolveConfig } from "prettier";

const tracked = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { encoding: "utf8" });
const paths = tracked.split("\n").filter((path) => /\.(ts|js|mjs)$/.test(path));
const only = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const checking = process.argv.includes("--check");
const options = await resolveConfig("src/index.ts");

const hide = (text) => text.replace(/^( *)@(inline|unsafe|global)\b/gm, "$1/*@$2*/");
const reveal = (text) => text.replace(/\/\*@(inline|unsafe|global)\*\//g, "@$1");

const faults = [];
for (const path of paths) {
  if (only.length > 0 && !only.some((prefix) => path.startsWith(prefix))) continue;
  const before = readFileSync(path, "utf8");
  const text = path.startsWith("assembly/") ? hide(before) : before;
  const settings = { ...options, filepath: path };
  if (checking) {
    if (!(await check(text, settings))) faults.push(path);
    continue;
  }
  try {
    const after = reveal(await format(text, settings));
    if (after !== before) writeFileSync(path, after);
  } catch (error) {
    console.error(`${path}: ${String(error.message).split("\n")[0]}`);
    process.exitCode = 1;
  }
}
if (faults.length > 0) {
  console.error(`not formatted, run \`npm run format\`:\n${faults.map((path) => `  ${path}`).join("\n")}`);
  process.exit(1);
}
