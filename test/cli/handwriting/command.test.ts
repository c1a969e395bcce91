/**
 * Training and evaluation of handwriting on words that the library draws: stopped, resumed, with workers.
 */
import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { fileHash } from "../../../src/cli/handwriting/run.ts";
import { unrolled } from "../terminal.ts";
import { data, file, inks, out, train, trainHeard } from "./files.ts";

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
