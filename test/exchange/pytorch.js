// Nets from PyTorch and to PyTorch, compared number by number: node test/exchange/pytorch.js [--nets 100]
// [--seed 1] [--python /usr/bin/python3]; or [--golden FILE]: 12 small nets of PyTorch in a file.
// Wants a built dist and a Python with torch (Debian: python3-torch).
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as unrolled from "unrolled";
import { fromPyTorch, toPyTorch } from "unrolled/exchange";
import { randomInput, randomSpec, vary } from "./random-net.js";

const { values } = parseArgs({
  options: {
    nets: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    golden: { type: "string" },
    python: { type: "string", default: "/usr/bin/python3" },
  },
});
const COUNT = Number(values.nets);
const SEED = Number(values.seed);
const BOUNDS = { float32: 1e-5, float64: 1e-12 };
/** What torch.nn has. */
const can = {
  recurrent: ["lstm", "gru", "rnn"],
  activations: ["tanh", "relu"],
  bidirectional: true,
  delayTaps: true,
  subsample: true,
  skip: true,
  conv: true,
  strides: true,
  layerNorm: true,
};
const script = new URL("pytorch.py", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "unrolled-pytorch-"));
const python = (...words) =>
  execFileSync(values.python, [script, ...words], { encoding: "utf8", maxBuffer: 2 ** 26 });

async function fromThem() {
  python("make", folder, String(COUNT), String(SEED), "20");
  const results = [];
  for (let i = 0; i < COUNT; ++i) {
    const { file, precision, description, x, y } = JSON.parse(
      readFileSync(join(folder, `case-${i}.json`), "utf8"),
    );
    const net = await fromPyTorch(readFileSync(join(folder, file)), description ?? undefined);
    const [got] = net.predict([x]);
    const off = got.length === y.length ? Math.max(...y.map((v, j) => Math.abs(v - got[j]))) : Infinity;
    results.push({ name: file, precision: net.spec.precision === precision ? precision : "wrong", off });
    net.dispose();
  }
  return results;
}

async function toThem() {
  for (let i = 0; i < COUNT; ++i) {
    const precision = ["float32", "float64"][i % 2];
    const spec = randomSpec(unrolled, 1000 * SEED + i + 1, precision, can);
    const net = vary(await unrolled.network(spec), i + 1);
    const steps = 1 + ((7 * i) % 30);
    const x = randomInput(spec.input, steps, i + 1);
    const [y] = net.predict([x]);
    const symbols = typeof spec.input !== "number";
    writeFileSync(join(folder, `ours-${i}.safetensors`), toPyTorch(net));
    writeFileSync(
      join(folder, `ours-${i}.json`),
      JSON.stringify({ precision, symbols, steps, x, y: Array.from(y) }),
    );
    net.dispose();
  }
  return JSON.parse(python("check", folder));
}

function report(title, results) {
  let failed = results.length === COUNT ? 0 : 1;
  for (const precision of ["float32", "float64"]) {
    const own = results.filter((result) => result.precision === precision);
    const worst = own.reduce((largest, { off }) => Math.max(largest, off), 0);
    const bound = BOUNDS[precision];
    console.log(
      `${title}, ${precision}: ${own.length} nets, largest ${worst.toExponential(1)}, want ${bound}`,
    );
  }
  for (const { name, precision, off } of results)
    if (!(off <= BOUNDS[precision])) {
      ++failed;
      console.log(`  ${name}: ${off}`);
    }
  return failed;
}

/** Small nets of PyTorch with what they give, for the tests. */
function golden(path) {
  python("make", folder, "12", "7", "3");
  const cases = Array.from({ length: 12 }, (_, i) => {
    const one = JSON.parse(readFileSync(join(folder, `case-${i}.json`), "utf8"));
    return { ...one, bytes: readFileSync(join(folder, one.file)).toString("base64") };
  });
  writeFileSync(path, `${JSON.stringify(cases)}\n`);
}

async function compare() {
  const failed = report("from PyTorch", await fromThem()) + report("to PyTorch", await toThem());
  process.exitCode = failed ? 1 : 0;
}

try {
  if (values.golden) golden(values.golden);
  else await compare();
} finally {
  rmSync(folder, { recursive: true });
}
