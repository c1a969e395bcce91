/**
 * The commands on handwriting, on words that the library draws: train, resume, eval, and what they refuse.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { diskFolder } from "../../../src/cli/disk.ts";
import { readHandwriting, withSplits } from "../../../src/handwriting/read-folder.ts";
import { fileHash } from "../../../src/cli/handwriting/run.ts";
import type { Ink } from "../../../src/handwriting/ink.ts";
import { drawnWords } from "../../../src/handwriting/letters.ts";
import { engine } from "../../../src/wasm/engine.ts";
import { Random } from "../../../src/wasm/random.ts";
import { unrolled, type Finished } from "../terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-handwriting-command-"));
const file = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const inks = drawnWords(20, new Random(await engine("float32"), 4, 1));

/** Writes inks as index.json and ink.bin; `split` says where each belongs. */
function write(name: string, lines: readonly Ink[], split: (i: number) => string | undefined): string {
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

const data = write("data", inks, (i) => (i < 15 ? "train" : "valid"));
const out = file("net.safetensors");
const train = (...args: string[]): Promise<Finished> => trainHeard({}, ...args);
const trainHeard = (heard: Parameters<typeof unrolled>[1], ...args: string[]): Promise<Finished> =>
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

test(
  "train handwriting stops with a checkpoint, goes on from it, and eval reads the lines with a " +
    "beam and a text as language",
  async () => {
    const stopped = await train("--json", "--minutes", "0");
    expect(stopped.code).toBe(1);
    expect(stopped.events().at(-1)).toMatchObject({
      event: "error",
      message: "stopped at step 0; the same command with --resume goes on",
    });
    const again = await train();
    expect([again.code, again.err.includes("is there; add --resume to go on from it")]).toEqual([2, true]);

    const { code, events, err } = await train("--json", "--resume");
    const result = events().at(-1)!;
    expect([code, err]).toEqual([0, ""]);
    expect(events().find(({ event }) => event === "start")).toMatchObject({
      steps: 4,
      step: 0,
      dropped: 0,
      recipe: { net: "hierarchical", optimizer: "adam", momentum: 0.9, input: { kind: "pen", size: 60 } },
    });
    expect(events().filter(({ event }) => event === "epoch")).toHaveLength(1);
    expect(result).toMatchObject({ event: "result", task: "handwriting", lines: 5, epochs: 1 });
    expect((await train("--json", "--resume")).events().at(-1)).toMatchObject({
      hash: result.hash,
      labelError: result.labelError,
    }); // it was done

    writeFileSync(file("text.txt"), inks.map(({ text }) => `${text} 1`).join("\n"));
    const read = await unrolled([
      "eval",
      out,
      "handwriting",
      "--json",
      "--data",
      data,
      "--split",
      "valid",
      "--beam",
      "4",
      "--language",
      file("text.txt"),
      "--show",
      "2",
    ]);
    expect([read.code, read.err]).toEqual([0, ""]);
    expect(read.events().filter(({ event }) => event === "line")).toHaveLength(2);
    expect(read.events().at(-1)).toMatchObject({
      event: "result",
      task: "handwriting",
      split: "valid",
      lines: 5,
      beam: 4,
    });
    const plain = await unrolled(["eval", out, "handwriting", "--json", "--data", data, "--split", "valid"]);
    expect(plain.events().at(-1)).toMatchObject({
      labelError: result.labelError,
      wordError: result.wordError,
      beam: null,
    });
  },
);

/** What the built program prints as its last event: in it a pool finds its workers. */
const program = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
const built = existsSync(program);
const builtTrain = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    program,
    "train",
    "handwriting",
    "--data",
    data,
    "--batch",
    "8",
    "--shard",
    "4",
    "--size",
    "60",
    "--json",
    ...args,
  ]);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, unknown>;
};

test.skipIf(!built)(
  "the file of the model is the same with 2 workers, with none, and stopped after an epoch and " +
    `resumed${built ? "" : " (skipped: dist is not built, run npm run build)"}`,
  async () => {
    const three = ["--epochs", "3", "--batch", "8", "--shard", "4", "--json"];
    const pooled = builtTrain("--epochs", "3", "--workers", "2", "--out", file("pooled.safetensors"));
    const whole = (await train(...three, "--out", file("whole.safetensors"))).events().at(-1)!;
    const controller = new AbortController();
    const stopped = await trainHeard(
      {
        signal: controller.signal,
        hear: (text) => {
          if (text.includes('"epoch":2,')) controller.abort();
        },
      },
      ...three,
      "--out",
      file("pieces.safetensors"),
    );
    expect([stopped.code, stopped.events().at(-1)!.message]).toEqual([
      1,
      "stopped at step 4; the same command with --resume goes on",
    ]);
    const resumed = (await train("--json", "--resume", "--out", file("pieces.safetensors"))).events().at(-1)!;
    expect(whole).toMatchObject({ event: "result", epochs: 3, hash: fileHash(file("whole.safetensors")) });
    for (const other of [resumed, await pooled])
      expect(other).toMatchObject({ labelError: whole.labelError, epochs: 3, hash: whole.hash });
  },
);

test("with --patience a training ends early, and the best net is in the file", async () => {
  const { events, code } = await train(
    "--json",
    "--epochs",
    "9",
    "--patience",
    "2",
    "--rate",
    "0",
    "--out",
    file("patient.safetensors"),
  );
  const result = events().at(-1)!;
  const epochs = events().filter(({ event }) => event === "epoch");
  expect([code, epochs.map(({ best }) => best), result.epochs]).toEqual([0, [true, false, false], 3]);
  expect(result.labelError).toBe(Math.min(...epochs.map(({ error }) => error as number)));
  expect(result.hash).toBe(
    (await train("--json", "--rate", "0", "--out", file("first.safetensors"))).events().at(-1)!.hash,
  ); // that of the first epoch
});

test.each([
  [["train", "handwriting"], "--data is missing"],
  [
    ["train", "handwriting", "--data", data, "--net", "big"],
    '--net is "big", want one of hierarchical, graves, live',
  ],
  [
    ["train", "handwriting", "--data", data, "--optimizer", "sgd"],
    '--optimizer is "sgd", want one of adam, momentum',
  ],
  [
    ["train", "handwriting", "--data", data, "--momentum", "2"],
    '--momentum is "2", want a number from 0 to 1',
  ],
  [
    ["train", "handwriting", "--data", data, "--input", "sound"],
    '--input is "sound", want one of pen, image',
  ],
  [["train", "handwriting", "--data", data, "--ahead", "1.5"], "--ahead is 1.5, want a whole number"],
])("wrong usage ends with 2 and says what is wrong: %j", async (args, message) => {
  const { code, err } = await unrolled(args);
  expect([code, err.includes(message)], err).toEqual([2, true]);
});

test("eval refuses a language without a beam, and a beam of no prefixes, with 2", async () => {
  const net = file("refusing.safetensors");
  expect((await train("--out", net)).code).toBe(0); // the later of two options counts
  const read = (...args: string[]): Promise<Finished> =>
    unrolled(["eval", net, "handwriting", "--data", data, ...args]);
  expect(await read("--language", "text.txt")).toMatchObject({
    code: 2,
    err: expect.stringContaining("--language needs --beam N") as string,
  });
  expect(await read("--beam", "0")).toMatchObject({
    code: 2,
    err: expect.stringContaining('--beam is "0", want a number from 1') as string,
  });
  expect(await read("--show=-1")).toMatchObject({
    code: 2,
    err: expect.stringContaining('--show is "-1"') as string,
  });
  expect(await unrolled(["eval", net, "text", "--file", "x"])).toMatchObject({
    code: 2,
    err: expect.stringContaining('a model of task "handwriting", not of "text"') as string,
  });
  expect(await read("--split", "test")).toMatchObject({
    code: 1,
    err: expect.stringContaining(
      'no handwriting of split "test", there is train, valid; "all" takes every line',
    ) as string,
  });
});

test(
  "eval reads lines with characters that the net does not know: they are errors, " + "and counted",
  async () => {
    const net = file("knowing.safetensors");
    const strange = inks
      .slice(15)
      .map((ink, i) => ({
        ...ink,
        text: [`${ink.text}é`, "Ω€𝒳", "", `${ink.text} ${ink.text}`, ink.text][i],
      }));
    expect((await train("--out", net)).code).toBe(0);
    writeFileSync(file("strange.txt"), strange.map(({ text }) => text).join("\n"));
    const read = (name: string, ...args: string[]): Promise<Finished> =>
      unrolled(["eval", net, "handwriting", "--data", file(name), "--split", "all", "--show", "5", ...args]);
    write("known", inks.slice(15), () => undefined);
    write("strange", strange, () => undefined);
    expect((await read("known", "--json")).events().at(-1)).toMatchObject({ unknown: 0, unknownKinds: "" });
    for (const args of [[], ["--beam", "4"], ["--beam", "4", "--language", file("strange.txt")]]) {
      const { code, err, events } = await read("strange", "--json", ...args);
      const result = events().at(-1)!;
      const lines = events().filter(({ event }) => event === "line");
      expect([code, err]).toEqual([0, ""]);
      expect(result).toMatchObject({ event: "result", lines: 4, unknown: 5, unknownKinds: " éΩ€𝒳" });
      expect(lines.find(({ want }) => want === "Ω€𝒳")!.edits).toBeGreaterThanOrEqual(3);
      const edits = lines.reduce((sum, line) => sum + (line.edits as number), 0);
      const characters = strange.reduce((n, { text }) => n + [...text].length, 0);
      expect(result.labelError).toBe(edits / characters);
    }
    const { out: shown } = await read("strange");
    expect(shown).toContain("1 of 5 pieces do not say what is written and are left out");
    expect(shown).toContain(
      '5 of the characters are not in the alphabet of the net and count as errors: " éΩ€𝒳"',
    );
  },
);

test("lines without splits get them: every tenth line validates, and the screen says so", async () => {
  const bare = write("bare", inks, () => undefined);
  const notices: string[] = [];
  const valid = await readHandwriting(diskFolder(bare), {
    split: "valid",
    onNotice: (line) => notices.push(line),
  });
  expect(valid.map(({ text }) => text)).toEqual([inks[0].text, inks[10].text]);
  expect(notices).toEqual([`${bare} has no splits: every tenth line is "valid", the others "train".`]);
  expect(await readHandwriting(diskFolder(bare), { split: "train" })).toHaveLength(18);
  expect((await readHandwriting(diskFolder(bare))).every(({ split }) => split === undefined)).toBe(true);
  const { code, out: screen } = await unrolled([
    "train",
    "handwriting",
    "--data",
    bare,
    "--out",
    file("bare.safetensors"),
    "--epochs",
    "1",
    "--size",
    "60",
    "--workers",
    "0",
  ]);
  expect([code, screen.split("\n").slice(0, 2)]).toEqual([
    0,
    [notices[0], "18 lines to learn from, 2 to validate on."],
  ]);
});

test("a UNIPEN tree has no splits: every tenth writer validates, and no writer does both", async () => {
  mkdirSync(file("unipen/data"), { recursive: true });
  for (let w = 0; w < 12; ++w) {
    writeFileSync(
      file(`unipen/data/w${String(w).padStart(2, "0")}.dat`),
      `.WRITER_ID w${w}\n.COORD X Y\n.PEN_DOWN\n0 0\n9 9\n.PEN_UP\n.SEGMENT WORD 0 OK "a"\n.SEGMENT ` +
        `WORD 0 OK "b"\n`,
    );
  }
  const notices: string[] = [];
  const valid = await readHandwriting(diskFolder(file("unipen")), {
    split: "valid",
    onNotice: (line) => notices.push(line),
  });
  expect(valid.map(({ writer }) => writer)).toEqual(["w0", "w0", "w10", "w10"]);
  expect(notices[0]).toContain('every tenth writer is "valid"');
  expect(await readHandwriting(diskFolder(file("unipen")), { split: "train" })).toHaveLength(20);
});

test("a split by place leaves lines on both sides as soon as there are two", () => {
  const lines = (writers: (string | undefined)[]): Ink[] =>
    writers.map((writer, i) => ({ id: String(i), text: "a", writer, points: new Float32Array(3) }));
  const splits = (writers: (string | undefined)[]): string =>
    withSplits(lines(writers))
      .map(({ split }) => split![0])
      .join("");
  expect(splits(["x", "x"])).toBe("vt");
  expect(splits(["x", "y", "x"])).toBe("vtv");
  expect(splits([undefined, "y", undefined])).toBe("vtt");
  expect(splits(new Array<undefined>(11).fill(undefined))).toBe("vtttttttttv");
});
