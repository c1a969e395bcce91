// One way to run and print a room of the bench: benny measures, this file adds GFLOP/s and ratios, as a table
// or as JSON lines.
import b from "benny";
import { median } from "./summary.js";

const json = process.argv.includes("--json");

/**
 * cases: [{ name, run, flop?, note? }]: `run` is timed (it may be async), `flop` is the arithmetic of one
 * run. Resolves to the results: { name, ms, mean, std (ms), gflops?, note? } with ms the median of all
 * samples.
 */
export async function benchmark(title, cases) {
  const sink = console.log;
  const results = [];
  const summary = await b.suite(
    title,
    ...cases.map(({ name, run }) => b.add(name, run, { minSamples: 20, maxTime: 2 })),
    b.configure({}),
  );
  summary.results.forEach((result, i) => {
    const { flop, note } = cases[i];
    const ms = 1000 * median(result.details.sampleResults);
    results.push({
      benchmark: title,
      name: result.name,
      ms,
      mean: 1000 * result.details.mean,
      std: 1000 * result.details.standardDeviation,
      ...(flop && { gflops: flop / ms / 1e6 }),
      ...(note && { note }),
    });
  });
  print(sink, results);
  return results;
}

/** Facts beside the timings: { name, value, unit, want? }. */
export function facts(title, list) {
  for (const fact of list) {
    if (json) {
      console.log(JSON.stringify({ benchmark: title, ...fact }));
      continue;
    }
    const value = Number(fact.value.toPrecision(4)).toString();
    const aim = fact.want ? `   (aim ${fact.want})` : "";
    console.log(`  ${fact.name.padEnd(58)} ${value.padStart(10)} ${fact.unit ?? ""}${aim}`);
  }
}

function print(log, results) {
  if (json) for (const result of results) log(JSON.stringify(result));
  else {
    log(`\n${results[0].benchmark}`);
    for (const { name, ms, mean, std, gflops, note } of results) {
      log(
        `  ${name.padEnd(44)} ${ms.toPrecision(4).padStart(9)} ms   mean ${mean.toPrecision(4)} ` +
          `± ${std.toPrecision(2)}${gflops ? `   ${gflops.toFixed(1)} GFLOP/s` : ""}` +
          (note ? `   ${note}` : ""),
      );
    }
  }
}
