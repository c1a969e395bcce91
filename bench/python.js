/** Programs in Python that benches set themselves beside; what they find they print as JSON. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** An environment in which numerical libraries compute in so many threads. */
export const inThreads = (count) => ({
  ...process.env,
  OMP_NUM_THREADS: String(count),
  OPENBLAS_NUM_THREADS: String(count),
});

/** { answer } of a script of this folder; or { failed }, a line that says why there is none. */
export function runPython(python, script, words, { threads = 1, timeout } = {}) {
  const { status, stdout, stderr, error } = spawnSync(
    python,
    [fileURLToPath(new URL(script, import.meta.url)), ...words.map(String)],
    { encoding: "utf8", env: inThreads(threads), timeout, maxBuffer: 1 << 26 },
  );
  if (status === 0) return { answer: JSON.parse(stdout) };
  const said = error?.message || stderr.trim() || `${script} ended with ${status}`;
  return { failed: said.split("\n").at(-1) };
}

/** What a script finds with PyTorch, in one thread; undefined and a line on the screen where it does not. */
export function askPyTorch(python, script, words) {
  const { answer, failed } = runPython(python, script, words);
  if (failed) console.log(`(no PyTorch: ${failed})`);
  return answer;
}
