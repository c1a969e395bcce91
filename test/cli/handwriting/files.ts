/** Drawn words as files of ink, in a folder that goes with the test file, and the commands on them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Ink } from "../../../src/handwriting/ink.ts";
import { drawnWords } from "../../../src/handwriting/letters.ts";
import { engine } from "../../../src/wasm/engine.ts";
import { Random } from "../../../src/wasm/random.ts";
import { unrolled, type Finished } from "../terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-handwriting-command-"));
export const file = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
export const inks = drawnWords(20, new Random(await engine("float32"), 4, 1));

/** Writes inks as index.json and ink.bin; `split` says where each belongs. */
export function write(name: string, lines: readonly Ink[], split: (i: number) => string | undefined): string {
  const triples: number[] = [];
  const items = lines.map(({ id, text, points }, i) => {
    const off = triples.length / 3;
    const n = points.length / 3;
    const at = (j: number, axis: number): number => Math.round(points[3 * j + axis]);
    for (let j = 0; j < n; ++j)
      triples.push(
        j > 0 ? at(j, 0) - at(j - 1, 0) : 0,
        j > 0 ? at(j, 1) - at(j - 1, 1) : 0,
        points[3 * j + 2],
      );
    return { id, off, n, x0: at(0, 0), y0: at(0, 1), text, split: split(i) };
  });
  mkdirSync(file(name));
  writeFileSync(
    join(file(name), "index.json"),
    JSON.stringify({ name, alphabet: [...new Set(lines.map(({ text }) => text).join(""))].join(""), items }),
  );
  writeFileSync(join(file(name), "ink.bin"), new Uint8Array(Int16Array.from(triples).buffer));
  return file(name);
}

export const data = write("data", inks, (i) => (i < 15 ? "train" : "valid"));
export const out = file("net.safetensors");
export const train = (...args: string[]): Promise<Finished> => trainHeard({}, ...args);
export const trainHeard = (heard: Parameters<typeof unrolled>[1], ...args: string[]): Promise<Finished> =>
  unrolled(
    [
      "train",
      "handwriting",
      "--data",
      data,
      "--out",
      out,
      "--epochs",
      "1",
      "--batch",
      "4",
      "--size",
      "60",
      "--workers",
      "0",
      ...args,
    ],
    heard,
  );
