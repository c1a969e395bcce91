/**
 * Runs an experiment of the lecture, the very one of the command, and sends what it says, measures and
 * draws.
 */
import experiments from "virtual:experiments";

const number = (value) => (typeof value === "number" ? Number(value.toPrecision(4)) : value);

async function run(id) {
  const knobs = new URLSearchParams(self.name);
  const { run: experiment } = await experiments[id]();
  const { numbers, verdict, checks, figure } = await experiment({
    seed: Number(knobs.get("seed") ?? 1),
    quick: knobs.get("quick") === "on",
    signal: new AbortController().signal,
    log: (line) => postMessage({ line }),
    progress: (progress, note) => postMessage({ progress, note }),
  });
  if (figure) postMessage(figure);
  const table = checks
    ? checks.map(({ what, wanted, value, holds }) => [
        what,
        wanted,
        number(value),
        holds ? "holds" : "does not",
      ])
    : Object.entries(numbers).map(([what, value]) => [what, "", number(value), ""]);
  postMessage({ table });
  postMessage({ done: true, verdict: verdict ? "the claim is seen," : "the claim is not seen," });
}

addEventListener(
  "message",
  async ({ data }) => {
    try {
      await run(data.run);
    } catch (error) {
      postMessage({ failed: `${data.run}: ${error.message}` });
    }
  },
  { once: true },
);
