/** The files that name the version agree, so that `npm version` and a tag are all that a release needs. */
import { expect, test } from "vitest";
// @ts-expect-error: a script, without types
import { faults, versionFiles } from "../scripts/release-check.js";

const check = faults as (version: string, texts: Record<string, string>) => string[];
const texts = (versionFiles as () => Record<string, string>)();
const { version } = JSON.parse(texts["package.json"]) as { version: string };

test("package, lock, citation and log say one version, and another is seen in each", () => {
  expect(check(version, texts)).toEqual([]);
  for (const file of Object.keys(texts)) {
    const planted = { ...texts, [file]: texts[file].replaceAll(version, "9.9.9") };
    expect(check(version, planted)).toEqual([`${file} says 9.9.9, want ${version}`]);
  }
});
