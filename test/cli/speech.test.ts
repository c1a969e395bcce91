import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hybridRecognizer, inventedSpeakers, readWav, writeWav } from "../../src/speech/index.ts";
import { spoken } from "../speech/spoken.ts";
import { compileProgram, type Program } from "./program.ts";

let program: Program;
let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

beforeAll(async () => {
  program = compileProgram();
  folder = mkdtempSync(join(tmpdir(), "unrolled-speech-"));
  const wav = (path: string, samples: Float32Array<ArrayBufferLike>): void =>
    writeFileSync(path, writeWav({ samples: Float32Array.from(samples), rate: 8000 }));
  for (const word of ["yes", "no", "background"]) mkdirSync(at("words", word), { recursive: true });
  for (const [i, { samples, text }] of (await spoken(["yes", "no", "six", "four"], 24)).entries()) {
    const word = ["yes", "no"].includes(text) ? text : "background";
    wav(at("words", word, `${i}.wav`), samples);
  }
  mkdirSync(at("texts"));
  mkdirSync(at("takes"));
  for (const [i, { samples, text }] of (await spoken(["yes no", "no no yes"], 3)).entries()) {
    wav(at("texts", `${i}.wav`), samples);
    writeFileSync(at("texts", `${i}.txt`), `${text}\n`);
    wav(at("takes", `${text.split(" ")[0]}_george_${i}.wav`), samples);
  }
  const [said] = await spoken(["six yes four no"], 1, { seed: 9 });
  wav(at("said.wav"), said.samples);
}, 600_000);

afterAll(() => {
  program.remove();
  rmSync(folder, { recursive: true });
});

const results = (out: string): Record<string, unknown>[] =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("words are learned from folders of recordings, and heard in a file, with figures", async () => {
  const trained = await program.run([
    ...["train", "words", "--data", at("words"), "--out", at("words.safetensors")],
    ...["--epochs", "60", "--figures", at("figures"), "--json"],
  ]);
  expect(trained.err).toBe("");
  expect(trained.code).toBe(0);
  const result = results(trained.out).at(-1)!;
  expect(result.words).toEqual(["no", "yes"]);
  expect((result.test as { accuracy: number }).accuracy).toBeGreaterThan(0.7);
  expect(readFileSync(at("figures", "confusion.svg"), "utf8")).toContain("<svg");
  const heard = await program.run([
    ...["listen", at("words.safetensors"), at("said.wav")],
    ...["--threshold", "0.4", "--figures", at("figures"), "--json"],
  ]);
  expect(heard.code).toBe(0);
  const said = results(heard.out).at(-1)!.heard as { word: string }[];
  expect(said.map(({ word }) => word)).toEqual(["yes", "no"]);
  const figure = readFileSync(at("figures", "heard.svg"), "utf8");
  expect(figure).toContain(">yes<");
  expect(figure).not.toMatch(/<text[^>]* fill="#fff"/); // a word stands on an outline of the ground's color
}, 600_000);

test("texts are learned from recordings with theirs", async () => {
  const trained = await program.run([
    ...["train", "speech", "--data", at("texts"), "--out", at("speech.safetensors")],
    ...["--epochs", "2", "--valid", "3", "--figures", at("heard"), "--json"],
  ]);
  expect(trained.code).toBe(0);
  const { test: tested, words } = results(trained.out).at(-1)!;
  expect(words).toEqual(["no", "yes"]);
  expect((tested as { wordError: number }).wordError).toBeGreaterThanOrEqual(0);
  expect(tested).toMatchObject({ labels: ["no", "yes", "(none)"] });
  expect(
    (tested as { confusion: number[][] }).confusion
      .slice(0, 2)
      .flat()
      .reduce((a, b) => a + b),
  ).toBe(5);
  expect(readFileSync(at("heard", "confusion.svg"), "utf8")).toContain("<svg");
  const heard = await program.run(["listen", at("speech.safetensors"), at("said.wav"), "--json"]);
  expect(heard.code).toBe(0);
  expect(results(heard.out).at(-1)).toHaveProperty("heard");
}, 600_000);

test("a recognizer by hidden Markov models listens too, and says words without how sure it is", async () => {
  const recognizer = await hybridRecognizer({ words: ["yes", "no"], rate: 8000, emission: "mixture" });
  await recognizer.fit(await inventedSpeakers({ words: ["yes", "no"], count: 30, longest: 2 }), {
    iterations: 2,
  });
  writeFileSync(at("hybrid.safetensors"), recognizer.save());
  const { words } = recognizer.predict(readWav(readFileSync(at("said.wav"))));
  recognizer.dispose();
  const { out, code } = await program.run(["listen", at("hybrid.safetensors"), at("said.wav")]);
  expect(code).toBe(0);
  expect(out).toBe(words.map(({ word, from }) => `${from.toFixed(2)} s  ${word}\n`).join(""));
  expect(words.length).toBeGreaterThan(0);
}, 600_000);

test("names of a word, a speaker and a number say the word, shown before it is learned", async () => {
  const { out, code } = await program.run([
    ...["train", "speech", "--data", at("takes"), "--epochs", "1", "--valid", "3"],
  ]);
  expect(code).toBe(0);
  expect(out).toMatch(/6 recordings at 8000 Hz of 2 words: no_george_3.wav says "no", no_george_4.wav says/);
  expect(out).toMatch(/no +yes +\(no.* +\(predicted\)/);
}, 600_000);

test("sound on stdin is heard as that of the file: bare, and with the headers that pipes write", async () => {
  const wav = readFileSync(at("said.wav"));
  const endless = (size: number): Buffer => {
    const bytes = Buffer.from(wav);
    bytes.writeUInt32LE(size, 40);
    return bytes;
  };
  const hear = async (model: string, input: Buffer, ...args: string[]) => {
    const { child, ended } = program.start(["listen", at(model), "-", "--json", ...args]);
    child.stdin!.on("error", () => undefined);
    for (let i = 0; i < input.length; i += 9999) child.stdin!.write(input.subarray(i, i + 9999));
    child.stdin!.end();
    const { code, out, err } = await ended;
    return code === 0 ? results(out).at(-1)!.heard : err + out;
  };
  for (const model of ["words.safetensors", "speech.safetensors"]) {
    const { out } = await program.run(["listen", at(model), at("said.wav"), "--json"]);
    const want = results(out).at(-1)!.heard;
    for (const input of [wav, endless(0x7ffff000), endless(0xffffffff), wav.subarray(44)])
      expect(await hear(model, input)).toEqual(want);
  }
  expect(await hear("words.safetensors", wav, "--rate", "16000")).toMatch(
    /--rate is 16000, but .* says 8000/,
  );
}, 600_000);

test("what is no recording, no model and no folder is named", async () => {
  writeFileSync(at("text.wav"), "no sound");
  const model = at("words.safetensors");
  const cases: [string[], RegExp, number][] = [
    [["listen", model, at("text.wav")], /text\.wav: readWav: 8 bytes without a RIFF WAVE header/, 1],
    [["listen", model, at("none.wav")], /none\.wav/, 2],
    [["listen"], /the model is missing/, 2],
    [["listen", at("said.wav")], /said\.wav/, 1],
    [["listen", model, at("said.wav"), "--rate", "8000"], /--rate is of bare samples on stdin/, 2],
    [["train", "words", "--data", at("none")], /none/, 2],
    [["train", "words", "--data", at("words"), "--valid", "1"], /leaves none to learn from/, 2],
    [["train", "words", "--data", at("words"), "--words", "maybe"], /no recordings of "maybe"/, 2],
  ];
  for (const [args, message, code] of cases) {
    const ended = await program.run(args);
    expect(ended.err + ended.out).toMatch(message);
    expect([args, ended.code]).toEqual([args, code]);
  }
}, 600_000);
