/** A value as the page shows it. */
const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/**
 * Runs one of the programs, which are loaders by file; `send` gets what it prints, and whether it came to its
 * end. `run` is its file below examples/ of the site, or of the project after "project/".
 */
export async function runProgram(programs, run, send) {
  console.log = (...words) => send({ line: words.map(text).join(" ") });
  const path = run.startsWith("project/") ? `../../examples/${run.slice(8)}` : `../examples/${run}`;
  try {
    await programs[path]();
    send({ done: true });
  } catch (error) {
    send({ failed: `${run}: ${error.message}` });
  }
}
