/**
 * What is killed: each flow is a program that, started again often enough, ends with the same files. A row
 * makes its folder's data once; `command(folder, resume)` is the command line; `out`, the files at the end;
 * `stoppable`, whether Ctrl-C saves what --resume goes on from.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const LIBRARY = fileURLToPath(new URL("./library.js", import.meta.url));

const sentence = "the rain came down and the sun came up and the day went on. ";

/** An ink folder of drawn marks: an index and int16 triples dx, dy, penup. */
export function writeInk(folder) {
  const strokes = {
    a: [
      [0, 40],
      [30, -40],
      [30, 40],
      [-45, -15],
      [30, 0],
    ],
    b: [
      [0, -60],
      [30, 15],
      [-30, 15],
      [35, 15],
      [-35, 15],
    ],
    c: [
      [-25, -15],
      [-15, 25],
      [15, 25],
      [25, -5],
    ],
  };
  const points = [];
  const items = [];
  for (let i = 0; i < 30; ++i) {
    const text = ["ab", "ca", "bc", "abc", "cab"][i % 5];
    const off = points.length;
    points.push([0, 0, 0]);
    for (const letter of text) {
      for (const [k, [dx, dy]] of strokes[letter].entries())
        for (let part = 0; part < 2; ++part)
          points.push([dx / 2 + ((i + k) % 3), dy / 2 + ((i * k) % 2), Number(k === 4 && part === 1)]);
      points.at(-1)[2] = 1;
      points.push([25, 0, 0]);
    }
    points.at(-1)[2] = 1;
    const split = i % 5 === 4 ? "valid" : "train";
    items.push({ id: `line${i}`, off, n: points.length - off, x0: 0, y0: 0, text, split });
  }
  writeFileSync(join(folder, "index.json"), JSON.stringify({ name: "marks", alphabet: "abc", items }));
  writeFileSync(join(folder, "ink.bin"), Int16Array.from(points.flat().map(Math.trunc)));
}

const resumed = (more) => (more ? ["--resume"] : []);

const libraryFlow = (how, out = ["model"]) => ({
  prepare() {},
  command: (_, out) => [LIBRARY, out, how],
  out,
  stoppable: false,
});

/** Flows by name; `data` is a folder that all runs of the flow read. */
export const flows = {
  text: {
    prepare: (data) => writeFileSync(join(data, "text.txt"), sentence.repeat(60)),
    command: (data, out, resume) => [
      ...[MAIN, "train", "text", "--json", "--file", join(data, "text.txt"), "--cells", "12"],
      ...[
        "--steps",
        "150",
        "--batch",
        "4",
        "--window",
        "16",
        "--out",
        join(out, "model"),
        ...resumed(resume),
      ],
    ],
    out: ["model"],
    from: "model",
    stoppable: true,
  },
  series: {
    prepare: (data) =>
      writeFileSync(
        join(data, "wave.csv"),
        `v\n${Array.from({ length: 150 }, (_, t) => ((t * t) % 17) + [0, 3, 5, 3][t % 4]).join("\n")}\n`,
      ),
    command: (data, out) => [
      ...[MAIN, "train", "series", "--json", "--file", join(data, "wave.csv"), "--model", "ar,lds,esn"],
      ...["--out", join(out, "model"), "--figure", join(out, "figure.svg")],
    ],
    out: ["model", "figure.svg"],
    stoppable: false,
  },
  handwriting: {
    prepare: writeInk,
    command: (data, out, resume) => [
      ...[MAIN, "train", "handwriting", "--json", "--data", data, "--net", "live", "--epochs", "2"],
      ...["--workers", "0", "--out", join(out, "model"), ...resumed(resume)],
    ],
    out: ["model"],
    from: "model.checkpoint.safetensors",
    stoppable: true,
  },
  library: libraryFlow("truncated"),
  pool: libraryFlow("pooled"),
  watched: libraryFlow("watched", ["model", "history.json"]),
};
