/** Runs a program of examples/: what it prints and draws goes to the page. */
const programs = {
  ...import.meta.glob("../examples/**/*.js"),
  ...import.meta.glob(["../../examples/read-handwriting.js"]),
};

console.log = (...words) => postMessage({ line: words.map(text).join(" ") });

/** A value as the page shows it. */
const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));

addEventListener(
  "message",
  async ({ data: { run } }) => {
    const path = run.startsWith("project/") ? `../../examples/${run.slice(8)}` : `../examples/${run}`;
    try {
      await programs[path]();
      postMessage({ done: true });
    } catch (error) {
      postMessage({ failed: `${run}: ${error.message}` });
    }
  },
  { once: true },
);
