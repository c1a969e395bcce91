/**
 * Programs that run in the page: each in a Worker or a frame of its own, which sends what it prints, the
 * figures that it draws, and how far it is. A new run ends the one before.
 */

/** The Worker of a program of examples/. Its knobs are its name, as in an address: "seed=1&lag=20". */
const exampleWorker = (knobs) =>
  new Worker(new URL("./example-worker.js", import.meta.url), { type: "module", name: knobs });

/** The Worker of an experiment of the lecture. */
const lectureWorker = (knobs) =>
  new Worker(new URL("./lecture-worker.js", import.meta.url), { type: "module", name: knobs });

const script = import.meta.url;

/**
 * A frame of the page, as if it were a Worker, for a program that makes Workers itself: in Firefox a Worker
 * that makes others stands still at times.
 */
function exampleFrame(run) {
  const frame = document.createElement("iframe");
  Object.assign(frame, { hidden: true, title: run, src: new URL(`../frame.html#${run}`, script).href });
  const receive = (event) => {
    if (event.source === frame.contentWindow) face.onmessage(event);
  };
  const face = {
    onmessage: () => {},
    terminate() {
      removeEventListener("message", receive);
      frame.remove();
    },
  };
  addEventListener("message", receive);
  document.body.append(frame);
  return face;
}

/** Starts what a section's attributes name, with its knobs. */
function started({ dataset: { program, experiment, frame } }, knobs) {
  if (frame !== undefined) return exampleFrame(program);
  const worker = experiment ? lectureWorker(knobs) : exampleWorker(knobs);
  worker.postMessage({ run: program ?? experiment });
  return worker;
}

/** The places of a live section. */
const partsOf = (section) => ({
  section,
  state: section.querySelector(".state"),
  figure: section.querySelector(".figure"),
  printed: section.querySelector(".printed"),
  run: section.querySelector(".run"),
  stop: section.querySelector(".stop"),
});

const seconds = (from) => `${((performance.now() - from) / 1000).toFixed(1)} s`;

/** Says every second how long a run has taken, until it tells of its progress itself; what stops that. */
function clock(state, from) {
  const tick = setInterval(() => {
    const words = `running, ${Math.floor((performance.now() - from) / 1000)} s …`;
    if (/^(starting|running)/.test(state.textContent)) state.textContent = words;
  }, 1000);
  return () => clearInterval(tick);
}

/** What a Worker's messages do to the page. A bare text is a figure. */
function shown(parts, end, from) {
  const { section, state, figure, printed } = parts;
  return ({ data }) => {
    if (typeof data === "string") {
      figure.innerHTML = data;
      return;
    }
    if (data.line !== undefined) {
      printed.hidden = false;
      printed.textContent += `${data.line}\n`;
    }
    if (data.progress !== undefined) {
      const note = data.note ? `: ${data.note}` : "";
      state.textContent = `${Math.round(100 * data.progress)}%${note}`;
    }
    if (data.table) section.querySelector(".measured")?.replaceChildren(...rows(data.table));
    if (data.done) end("done", `${data.verdict ?? "done"} in ${seconds(from)}`);
    if (data.failed) end("failed", data.failed);
  };
}

/** Rows of a table of checks. */
const rows = (table) =>
  table.map((cells) => {
    const row = document.createElement("tr");
    row.append(
      ...cells.map((cell) => Object.assign(document.createElement("td"), { textContent: String(cell) })),
    );
    return row;
  });

/** Runs the program of a section with what its knobs say. */
function start(parts) {
  const { section, state, figure, printed, run, stop } = parts;
  section.worker?.terminate();
  const form = section.querySelector("form");
  const knobs = new URLSearchParams(form ? new FormData(form) : undefined);
  const worker = started(section, knobs.toString());
  section.worker = worker;
  const from = performance.now();
  section.stopClock?.();
  section.stopClock = clock(state, from);
  const end = (how, words) => {
    section.stopClock();
    worker.terminate();
    section.dataset.state = how;
    state.textContent = words;
    if (stop) stop.hidden = true;
    if (run) run.textContent = "Run it again";
  };
  section.dataset.state = "running";
  state.textContent = "starting …";
  printed.textContent = "";
  printed.hidden = true;
  for (const cell of section.querySelectorAll(".measured td:nth-child(n + 3)")) cell.textContent = "";
  // the page does not jump when the figure comes anew
  if (figure.firstElementChild) figure.style.minHeight = `${figure.offsetHeight}px`;
  if (stop) stop.hidden = false;
  worker.onmessage = shown(parts, end, from);
  worker.onerror = (event) => end("failed", event.message || "the program could not be loaded");
  parts.end = () => end("stopped", "stopped");
}

/**
 * Lets every live section of the page run; one that starts by itself does so when the page has shown
 * itself.
 */
export function startLive() {
  for (const section of document.querySelectorAll("section.live")) {
    const parts = partsOf(section);
    section.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      start(parts);
    });
    parts.stop?.addEventListener("click", () => parts.end?.());
    if (section.dataset.auto === undefined) continue;
    if (document.readyState === "complete") start(parts);
    else addEventListener("load", () => start(parts), { once: true });
  }
}
