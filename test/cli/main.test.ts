import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { loadModel } from "../../src/cli/open-model.ts";
import { unrolled } from "./terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-"));
const file = (name: string): string => join(folder, name);

test("without words it says what there is, and every command has its help", async () => {
  const { code, out, err } = await unrolled([]);
  expect([code, err]).toEqual([0, ""]);
  for (const { name, summary } of commands) {
    expect(out).toContain(name);
    expect(out).toContain(summary);
    const help = await unrolled([...name.split(" "), "--help"]);
    expect(help.code).toBe(0);
    for (const option of Object.keys(commands.find((c) => c.name === name)!.options))
      expect(help.out).toContain(`--${option}`);
    expect((await unrolled(["help", ...name.split(" ")])).out).toBe(help.out);
  }
});

test("a word that several commands begin with has its own help, whichever way it is asked for", async () => {
  const asked = [
    ["help", "train"],
    ["train", "--help"],
    ["train", "-h"],
    ["help", "train", "--help"],
  ];
  const helps = await Promise.all(asked.map((args) => unrolled(args)));
  for (const { code, out, err } of helps) {
    expect([code, err, out]).toEqual([0, "", helps[0].out]);
    for (const { name, summary } of commands.filter((c) => c.name.startsWith("train "))) {
      expect(out).toContain(name);
      expect(out).toContain(summary);
    }
  }
  expect((await unrolled(["help", "dance"])).code).toBe(2);
  expect((await unrolled(["help", "train", "dance"])).code).toBe(2);
  expect((await unrolled(["help", "--help"])).code).toBe(0);
});

test.each(["ACGTTGCAAC", "a", "Helloworld! "])(
  "the command that train text prints writes, also from a text without a line feed: %s",
  async (piece) => {
    writeFileSync(file("one-line.txt"), piece.repeat(1000 / piece.length));
    const train = await unrolled([
      ...["train", "text", "--file", file("one-line.txt"), "--out", file("one-line")],
      ...["--cells", "8", "--steps", "5", "--batch", "4", "--window", "8"],
    ]);
    const [, advised] = /Write from it: unrolled (.*)/.exec(train.out)!;
    const written = await unrolled([...advised.split(" "), "--length", "20", "--json"]);
    expect([written.code, [...String(written.events().at(-1)!.text)].length]).toEqual([0, 20]);
  },
);

test.each([
  ["", "is empty, want a text"],
  ["hello", "5 characters leave 4 to learn from and 1 to test on, want at least 2 each"],
])("a text that is too short is named: %j", async (content, message) => {
  writeFileSync(file("short.txt"), content);
  const { code, err, out } = await unrolled(["train", "text", "--file", file("short.txt")]);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toContain(message);
});

test("the version is the package's", async () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect((await unrolled(["--version"])).out).toBe(`${version}\n`);
});

test.each([
  [["dance"], 'there is no command "dance"'],
  [["train"], "train: a word is missing, want one of addition, text"],
  [["train", "dance"], 'there is no "dance"'],
  [["trian", "addition"], 'there is no command "trian", did you mean train?'],
  [["train", "adition"], 'train: there is no "adition", did you mean addition?'],
  [["lecture", "7c2"], 'lecture: there is no "7c2", did you mean 7c-2?'],
  [["train", "addition", "--sead", "3"], "there is no option --sead, did you mean --seed?"],
  [["train", "addition", "--seed"], "--seed needs a value"],
  [["train", "addition", "--seed", "-5"], "is written as --seed=-1"],
  [["train", "addition", "--resume=yes"], "--resume takes no value"],
  [["worker", "--servers", "example.org"], '--servers names "example.org", want addresses as nats://'],
  [["train", "addition", "--seed", "x"], '--seed is "x", want a number from 0 to'],
  [["train", "addition", "--seed", "1.5"], "--seed is 1.5, want a whole number"],
  [["train", "addition", "--digits", "1"], '--digits is "1", want a number from 2 to 1000'],
  [["train", "addition", "extra"], '"extra" is one word too many'],
  [["train", "text"], "--file is missing"],
  [["train", "text", "--file", "/no/such/file"], "/no/such/file: cannot be read (ENOENT)"],
  [["eval"], "eval: MODEL is missing"],
  [["sample"], "sample: MODEL is missing"],
  [["automaton"], "automaton: MODEL is missing"],
  [["lecture", "9z-1"], 'lecture: there is no "9z-1"'],
])("wrong usage ends with 2 and says what is wrong: %j", async (args, message) => {
  const { code, out, err } = await unrolled(args);
  expect(code).toBe(2);
  expect(err).toContain(message);
  expect(err).toContain("unrolled help");
  expect(out).toBe("");
});

test("a broken or foreign model file ends with 1 and its name", async () => {
  writeFileSync(file("foreign"), "this is no model");
  for (const command of ["eval", "sample", "automaton"]) {
    const { code, err } = await unrolled([command, file("foreign")]);
    expect(code).toBe(1);
    expect(err).toContain(`${file("foreign")}: header of`);
    expect((await unrolled([command, file("missing"), "--json"])).events().at(-1)).toMatchObject({
      event: "error",
    });
  }
});

test("train addition --json prints JSON lines, the last one the result, and the saved net adds", async () => {
  const { code, events, err } = await unrolled([
    "train",
    "addition",
    "--json",
    "--seed",
    "6",
    "--sums",
    "2000",
    "--out",
    file("adder"),
    "--figure",
    file("figures"),
  ]);
  expect([code, err]).toEqual([0, ""]);
  const result = events().at(-1)!;
  expect(result).toMatchObject({
    event: "result",
    solved: true,
    errors: 0,
    sums: 2000,
    digits: 64,
    states: 4,
    equivalent: true,
    proven: true,
    restarts: 0,
  });
  for (const key of ["steps", "seconds", "patterns"]) expect(result[key]).toBeGreaterThan(0);
  expect(
    events()
      .slice(0, -1)
      .every(({ event }) => event === "progress"),
  ).toBe(true);
  expect(readFileSync(file("figures/automaton.svg"), "utf8")).toContain("no carry");
  expect(
    (await unrolled(["eval", file("adder"), "--json", "--digits", "200", "--sums", "500"])).events().at(-1),
  ).toMatchObject({ errors: 0, digits: 200 });
  const shown = await unrolled(["automaton", file("adder"), "--out", file("machine.svg")]);
  expect(shown.code).toBe(0);
  expect(shown.out).toContain("prints what the lecture's automaton prints");
  expect(shown.out).toContain("the net follows it on inputs of every length");
  expect((await unrolled(["sample", file("adder")])).err).toContain(
    'a model of task "addition", want one of text',
  );
});

test("for people there is a bar that fits the terminal, the sum, and the automaton as a table", async () => {
  const { out, err } = await unrolled(["train", "addition", "--seed", "6", "--sums", "100"], { tty: true });
  const rows = err
    .split("\r")
    .map((row) => row.replaceAll("\u001b[K", "").trimEnd())
    .filter(Boolean);
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) expect(row.length).toBeLessThanOrEqual(79);
  expect(rows[0]).toMatch(
    /^training {2}[█▏▎▍▌▋▊▉·]+ +\d+% {2}loss [\d.e-]+ {2}[\d.,]+ steps\/s {2}.* (left|in all)$/,
  );
  expect(out).toContain("not one wrong");
  expect(out).toMatch(/ {4}[01]+\n {2}\+ [01]+\n {2}= [01]+\n/);
  expect(out).toContain("no carry, print 1");
});

test("Ctrl-C ends after the current step with the net saved", async () => {
  const controller = new AbortController();
  const run = unrolled(["train", "addition", "--json", "--out", file("stopped")], {
    signal: controller.signal,
  });
  setTimeout(() => controller.abort(), 60);
  const { code, err } = await run;
  expect(code).toBe(1);
  expect(err).toContain(`the net is in ${file("stopped")}`);
  const { net, about } = await loadModel(file("stopped"));
  expect(about).toMatchObject({ task: "addition", run: { seed: 1, digits: 12 } });
  expect(net.step).toBeGreaterThan(0);
  net.dispose();
});

test(
  "train text learns a text, reports bits per character on its tail, and sample writes the same " +
    "for the same seed",
  async () => {
    const content = "the rain came down and the sun came up and the day went on. ".repeat(60);
    writeFileSync(file("text.txt"), content);
    const train = await unrolled([
      "train",
      "text",
      "--json",
      "--file",
      file("text.txt"),
      "--cells",
      "24",
      "--steps",
      "300",
      "--rate",
      "0.02",
      "--batch",
      "8",
      "--window",
      "32",
      "--out",
      file("writer"),
    ]);
    expect(train.code).toBe(0);
    const result = train.events().at(-1)!;
    expect(result).toMatchObject({ event: "result", task: "text", cells: 24, steps: 300, characters: 359 });
    expect(result.bits).toBeLessThan(1); // the text repeats itself; guessing by frequency costs 3.6
    const evaluated = (await unrolled(["eval", file("writer"), "--json", "--file", file("text.txt")]))
      .events()
      .at(-1)!;
    expect(evaluated.bits).toBeLessThan(1);
    const sample = (seed: string): string[] => [
      "sample",
      file("writer"),
      "--length",
      "60",
      "--seed",
      seed,
      "--prompt",
      "the ",
    ];
    const once = await unrolled(sample("1"));
    const again = await unrolled(sample("1"));
    const other = await unrolled([...sample("2"), "--temperature", "2"]);
    expect(once.out).toBe(again.out);
    expect(once.out).toMatch(/^the /);
    expect(once.out.length).toBe(4 + 60 + 1);
    expect(other.out).not.toBe(once.out);
    expect((await unrolled([...sample("1"), "--prompt", "Ω"])).err).toContain('character "Ω" at place 0');
  },
);
