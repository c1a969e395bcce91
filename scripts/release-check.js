// Whether the project is ready for the release that a tag names: package.json, its lock, CITATION.cff and
// CHANGELOG.md say the same version. `node scripts/release-check.js v0.2.0`
import { readFileSync } from "node:fs";

const read = (path) => readFileSync(path, "utf8");

/** What says another version than `version`, in words. */
export function faults(version, texts) {
  const { version: own } = JSON.parse(texts["package.json"]);
  const { version: locked } = JSON.parse(texts["package-lock.json"]);
  const cited = /^version: (\S+)$/m.exec(texts["CITATION.cff"])?.[1];
  const logged = /^## \[(\d[^\]]*)\] - \d{4}-\d\d-\d\d$/m.exec(texts["CHANGELOG.md"])?.[1];
  const said = {
    "package.json": own,
    "package-lock.json": locked,
    "CITATION.cff": cited,
    "CHANGELOG.md": logged,
  };
  return Object.entries(said)
    .filter(([, found]) => found !== version)
    .map(([file, found]) => `${file} says ${found}, want ${version}`);
}

/** The files that name the version. */
export const versionFiles = () =>
  Object.fromEntries(
    ["package.json", "package-lock.json", "CITATION.cff", "CHANGELOG.md"].map((path) => [path, read(path)]),
  );

if (process.argv[2]) {
  const found = faults(process.argv[2].replace(/^v/, ""), versionFiles());
  found.forEach((line) => console.error(line));
  process.exitCode = found.length ? 1 : 0;
}
