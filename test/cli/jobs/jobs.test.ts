/** `unrolled train classifier`, `labeler`, `regressor`, and what asks them, as visitors meet them. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { sequenceClassifier, sequenceLabeler, sequenceRegressor } from "../../../src/index.ts";
import { unrolled } from "../terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-jobs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

/** Ramps of two columns: row by row the label of the sequence, that of the step, and the slope. */
const ramps = Array.from({ length: 24 }, (_, i) => ({
  id: `ramp-${i}`,
  label: i % 2 ? "up" : "down",
  slope: (i % 2 ? 1 : -1) * (1 + (i % 3)),
  steps: 6 + (i % 4),
}));
const rows = ramps.flatMap(({ id, label, slope, steps }) =>
  Array.from({ length: steps }, (_, t) => {
    const x = 100 + slope * t + ((((7 * t + slope) % 5) + 5) % 5) / 10;
    return { id, label, slope, x, z: t % 2, side: x > 100.5 ? "high" : "low" };
  }),
);
const text = (list: typeof rows): string =>
  [
    "id,x,z,label,side,slope",
    ...list.map((r) => `${r.id},${r.x},${r.z},${r.label},${r.side},${r.slope}`),
    "",
  ].join("\n");
writeFileSync(at("ramps.csv"), text(rows));
for (const { id, label } of ramps) {
  mkdirSync(at(`ramps/${label}`), { recursive: true });
  const own = rows.filter((row) => row.id === id).map(({ x, z }) => `${x},${z}`);
  writeFileSync(at(`ramps/${label}/${id}.csv`), `x,z\n${own.join("\n")}\n`);
}
const cases = ramps.map(({ id, label }) => {
  const own = rows.filter((row) => row.id === id);
  return `${own.map(({ x }) => x).join(",")}:${own.map(({ z }) => z).join(",")}:${label}`;
});
writeFileSync(at("ramps.ts"), `@problemName ramps\n@data\n${cases.join("\n")}\n`);

const short = ["--epochs", "25", "--units", "6", "--drop", "0", "--rate", "0.03", "--json"];
const table = ["--data", at("ramps.csv"), "--sequence", "id", "--columns", "x,z"];

test("a classifier learns from a table, a folder and a .ts file alike, and answers to new data", async () => {
  const figures = at("figures");
  const files: Buffer[] = [];
  for (const [name, data] of [
    ["table", [...table, "--label", "label", "--figures", figures]],
    ["archive", ["--data", at("ramps.ts")]],
  ] as const) {
    const out = at(`${name}.safetensors`);
    const { code, events } = await unrolled(["train", "classifier", ...data, ...short, "--out", out]);
    const result = events().at(-1)!;
    expect([code, result.task, result.sequences, result.labels]).toEqual([
      0,
      "classifier",
      24,
      ["down", "up"],
    ]);
    expect((result.validation as { accuracy: number }).accuracy).toBe(1);
    const bytes = readFileSync(out);
    const job = await sequenceClassifier.load(bytes);
    files.push(Buffer.from(job.net.save({ training: false })));
    job.dispose();
  }
  expect(files[0].equals(files[1])).toBe(true); // the same data, so the same bits
  expect(readFileSync(join(figures, "learning-curve.svg"), "utf8")).toContain("Best at epoch");
  expect(existsSync(join(figures, "confusion.svg"))).toBe(true);
  const answers = at("answers.csv");
  const model = at("table.safetensors");
  const asked = await unrolled(["classify", model, "--data", at("ramps"), "--out", answers, "--json"]);
  const { figures: found } = asked.events().at(-1) as { figures: { accuracy: number } };
  expect([asked.code, found.accuracy]).toEqual([0, 1]);
  expect(asked.events().filter(({ event }) => event === "answer")).toHaveLength(24);
  expect(readFileSync(answers, "utf8").split("\n").slice(0, 2)).toEqual([
    "sequence,label,probability",
    expect.stringMatching(/^down\/ramp-0.csv,down,0\.\d+$/),
  ]);
});

test("a classifier learns from a folder a label", async () => {
  const { code, events } = await unrolled(["train", "classifier", "--data", at("ramps"), ...short]);
  expect([code, events().at(-1)!.labels]).toEqual([0, ["down", "up"]]);
});

test("a labeler tells steps, a regressor numbers, each beside the truth where it is there", async () => {
  const steps = at("labeler.safetensors");
  const numbers = at("regressor.safetensors");
  const learned = await unrolled(["train", "labeler", ...table, "--label", "side", ...short, "--out", steps]);
  expect((learned.events().at(-1)!.validation as { accuracy: number }).accuracy).toBeGreaterThan(0.9);
  const told = await unrolled(["label", steps, ...table, "--label", "side"]);
  expect([told.code, told.out]).toEqual([0, expect.stringMatching(/ramp-1: (low|high) ×\d/)]);
  expect(told.out).toContain("accuracy");
  const job = await sequenceLabeler.load(readFileSync(steps));
  expect(job.labels).toEqual(["high", "low"]);
  job.dispose();
  await unrolled(["train", "regressor", ...table, "--target", "slope", ...short, "--out", numbers]);
  const asked = await unrolled(["regress", numbers, ...table, "--target", "slope", "--json"]);
  expect((asked.events().at(-1)!.figures as { r2: number }).r2).toBeGreaterThan(0.8);
  const regressor = await sequenceRegressor.load(readFileSync(numbers));
  regressor.dispose();
  const silent = await unrolled(["regress", numbers, ...table, "--json"]);
  expect([silent.code, "figures" in silent.events().at(-1)!]).toEqual([0, false]);
});

test("a training that is stopped goes on from its checkpoint to the same file", async () => {
  const args = ["train", "classifier", ...table, "--label", "label", ...short];
  await unrolled([...args, "--out", at("whole.safetensors")]);
  const out = at("pieces.safetensors");
  const controller = new AbortController();
  let epochs = 0;
  const hear = (words: string): void => {
    if (words.includes('"event":"epoch"') && ++epochs === 5) controller.abort();
  };
  const stopped = await unrolled([...args, "--out", out], { signal: controller.signal, hear });
  expect(stopped.code).toBe(1);
  expect(stopped.err + stopped.out).toContain("the same command with --resume goes on");
  const other = await unrolled(["train", "classifier", "--data", at("ramps"), "--out", out, "--resume"]);
  expect([other.code, other.err]).toEqual([2, expect.stringContaining("was trained on other data")]);
  expect((await unrolled([...args, "--out", out, "--resume"])).code).toBe(0);
  expect(readFileSync(out).equals(readFileSync(at("whole.safetensors")))).toBe(true);
  const again = await unrolled([...args, "--out", out, "--resume"]);
  expect([again.code, again.err]).toEqual([2, expect.stringContaining("its training is over")]);
});

test.each<[string, string[], string]>([
  ["no data", ["train", "classifier"], "--data is missing, want a table, a folder of tables, or a .ts file"],
  ["a path that is not there", ["train", "labeler", "--data", at("none")], "no such file or folder"],
  ["an unknown way", ["train", "classifier", "--data", at("ramps"), "--pool", "sum"], '--pool is "sum"'],
  [
    "--resume without a file",
    ["train", "classifier", "--data", at("ramps"), "--resume"],
    "--resume needs --out",
  ],
  ["no model", ["classify", "--data", at("ramps")], "the model is missing: unrolled classify MODEL"],
  ["a model that is not there", ["label", at("none")], "cannot be read (ENOENT)"],
])("%s is wrong usage", async (_, args, message) => {
  const { code, err } = await unrolled(args);
  expect([code, err]).toEqual([2, expect.stringContaining(message)]);
});

test.each<[string, string[], string]>([
  ["a sequence of two labels", ["train", "classifier", ...table, "--label", "side"], 'has the labels "'],
  [
    "a table without labels",
    ["train", "classifier", ...table],
    'sequence "ramp-0" has no label; name its column',
  ],
  [
    "targets that are words",
    ["train", "regressor", ...table, "--target", "label"],
    'target is "down", want a number',
  ],
])("%s is named", async (_, args, message) => {
  const { code, err } = await unrolled(args);
  expect([code, err]).toEqual([1, expect.stringContaining(message)]);
});
