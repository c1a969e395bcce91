/**
 * The lecture as a book: a page an experiment, made from its claim, its criteria, its source and its
 * record.
 */
import { code, escape, html, knob, live, runControls } from "./markdown.js";
import { lecture } from "./experiments.js";

const parts = {
  "7a": "Modeling sequences",
  "7b": "Backpropagation through time",
  "7c": "A toy example: binary addition",
  "7d": "Why it is hard, and four ways",
  "7e": "Long short-term memory",
};

const seed = knob({ name: "seed", label: "seed", value: 1, min: 0, max: 4294967295 });
const quick = '<label><input type="checkbox" name="quick" checked> quick settings</label>';

/** Programs whose knobs are more than a seed, by the experiments that they belong to. */
const turned = {
  "7a-8-chaos": ["memory-and-radius.js", ["radius", "seed"]],
  "7c-3": ["digits.js", ["digits", "seed"]],
  "7d-2": ["gradient-and-weights.js", ["weights", "lag", "seed"]],
  "7d-4": ["cells-and-lag.js", ["longLag", "seed"]],
  "7d-6": ["memory-and-radius.js", ["radius", "seed"]],
  "7e-2": ["cells-and-lag.js", ["longLag", "seed"]],
};
const knobs = {
  seed: knob({ name: "seed", label: "seed", value: 2, min: 0, max: 4294967295 }),
  lag: knob({ name: "lag", label: "lag, steps", value: 30, min: 5, max: 200 }),
  // over 30 steps some plain nets learn it (of seeds 1, 2, 3 one), over 50 none of those
  longLag: knob({ name: "lag", label: "lag, steps", value: 50, min: 5, max: 200 }),
  weights: knob({ name: "weights", label: "size of weights", value: 1.2, min: 0.2, max: 3, step: 0.1 }),
  radius: knob({ name: "radius", label: "spectral radius", value: 0.9, min: 0.1, max: 2, step: 0.05 }),
  digits: knob({ name: "digits", label: "digits", value: 12, min: 4, max: 24 }),
};

function knobSection(id) {
  if (!turned[id]) return "";
  const [program, names] = turned[id];
  return `<h2 id="knobs">Turn the knobs</h2>
${live(program, { folded: true, knobs: names.map((name) => knobs[name]).join("\n") })}`;
}

/** What is measured, beside what is asked of it; filled when it runs. */
function measuredTable(asks) {
  const rows = asks.map(
    ({ what, wanted }) => `<tr><td>${escape(what)}</td><td>${escape(wanted)}</td><td></td><td></td></tr>`,
  );
  return `<div class="wide" tabindex="0"><table>
<thead><tr><th>measured</th><th>wanted</th><th>here</th><th></th></tr></thead>
<tbody class="measured">${rows.join("")}</tbody></table></div>`;
}

function experimentSection({ id, asks, figure, runs }) {
  const recorded = figure
    ? `<div class="figure"><p>Recorded with seed 1:</p>${figure}</div>` // a run puts its own in place of both
    : '<div class="figure"></div>';
  if (!runs)
    return `<p>This one may read recordings from a disk, so it runs in Node:
<code>unrolled lecture ${id}</code>.</p>
${asks.length ? measuredTable(asks) : ""}${recorded}`;
  return `<section class="live" data-experiment="${id}">${runControls(`${seed}\n${quick}`)}
<p class="state" role="status"></p>${measuredTable(asks)}${recorded}
<pre class="printed" tabindex="0" hidden></pre></section>`;
}

/** Pages of the lecture. */
export async function lecturePages() {
  const all = await lecture();
  return all.map((experiment) => {
    const { id, claim, about, source } = experiment;
    const body = `<p class="part">${id} · ${parts[id.slice(0, 2)]}</p>
<h1>${escape(claim)}</h1>
${html(about)}
<h2 id="experiment">The experiment</h2>
${experimentSection(experiment)}
${knobSection(id)}
<h2 id="code">The code</h2>
<p>${experiment.runs ? "The page runs this file, and so does" : "This file is run by"}
<code>unrolled lecture ${id}</code>.</p>
<details><summary><code>src/cli/lecture/${id}.ts</code></summary>${code(source, "ts")}</details>`;
    return {
      path: `lecture/${id}`,
      title: claim,
      words: `${id} ${claim}`,
      about: about.split("\n").join(" "),
      body,
    };
  });
}

/** The list of the lecture's claims by part. */
export function lectureIndex(pages, text) {
  const list = Object.entries(parts).map(([part, title]) => {
    const rows = pages
      .filter(({ path }) => path.startsWith(`lecture/${part}`))
      .map(({ path, title: claim }) => {
        const id = path.slice(8);
        return `<li><a href="${id}.html"><b>${id}</b> ${escape(claim)}</a></li>`;
      });
    return `<h2 id="${part}">${title}</h2><ul class="plain">${rows.join("")}</ul>`;
  });
  return html(text) + list.join("\n");
}
