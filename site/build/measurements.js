/** Tables of the performance page: empty cells for the visitor's machine, and what was recorded. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { escape } from "./markdown.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const workloads = JSON.parse(readFileSync(join(root, "bench/workloads.json"), "utf8"));
const names = ["W1a", "W1b", "W1c", "W1d", "stream"];

/** Sizes of a workload, each with its letter. */
const shapeOf = ({ T, B, I, H, O }) =>
  Object.entries({ T, B, I, H, O })
    .filter(([, size]) => size)
    .map(([letter, size]) => `${letter}&nbsp;${size}`)
    .join(" · ");

/** The table that the page fills, and its buttons. */
export function machineTable() {
  const cell = (library, name) => `<td data-cell="${library} ${name}"></td>`;
  const rows = names.map(
    (name) =>
      `<tr><th scope="row">${name} <small>${shapeOf(workloads[name])}</small></th>` +
      `${["unrolled", "tfjs", "ratio"].map((column) => cell(column, name)).join("")}</tr>`,
  );
  return `<p class="controls">
<button type="button" data-library="unrolled" disabled>Measure unrolled here</button>
<button type="button" data-library="tfjs" disabled>Measure tfjs-wasm too (1.2 MB)</button></p>
<p id="measuring" class="state" role="status"></p>
<div class="wide" tabindex="0"><table id="machine" class="numbers"><thead><tr>
<th>step</th><th>unrolled, ms</th><th>tfjs-wasm, ms</th><th>tfjs ÷ unrolled</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table></div>`;
}

const digits = (value) => Number(value.toPrecision(3)).toString();

/** What the bench beside other libraries recorded. */
export function recordedTable() {
  const { processor, results } = JSON.parse(readFileSync(join(root, "bench/results/peers.json"), "utf8"));
  const peers = [...new Set(Object.values(results).flatMap((row) => Object.keys(row)))];
  const head = peers.map((peer) => `<th>${escape(peer)}</th>`).join("");
  const rows = Object.entries(results).map(([name, row]) => {
    const cells = peers.map((peer) => `<td>${row[peer]?.ms ? digits(row[peer].ms) : ""}</td>`);
    return `<tr><th scope="row">${name}</th>${cells.join("")}</tr>`;
  });
  return `<p>Recorded on ${escape(processor)}, one thread; milliseconds a step, update included.</p>
<div class="wide" tabindex="0"><table class="numbers">
<thead><tr><th>step</th>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}
