/** What the second tab must do beside learning: refuse, stop, add and show what the net has become. */

/** A seed that is none is refused in words, and what learns can be stopped. */
export async function checkSeedAndStop({ page, until }) {
  const says = (words) =>
    `document.getElementById("progress").textContent.includes(${JSON.stringify(words)})`;
  const learnFrom = (seed) =>
    page.evaluate(
      `document.getElementById("seed").value = "${seed}"; document.getElementById("learn").click(); return 1`,
    );
  for (const seed of ["-5", "1.5"]) {
    await learnFrom(seed);
    await until(`seed ${seed} is refused`, says("must be a whole number"), 5);
  }
  await learnFrom("1");
  await until("learning begins", says("step"), 30);
  await page.evaluate('document.getElementById("stop").click(); return 1');
  await until("learning stops", says("stopped"), 5);
}

/** The net that has learned adds two numbers, and is shown as an automaton. */
export async function checkOwnNumbers({ page, until }) {
  await page.evaluate('document.getElementById("add").click(); return 1');
  await until(
    "1234567 and 7654321 are added",
    'document.getElementById("sum").textContent.includes("8888888")',
    5,
  );
  await until("the automaton is drawn", 'document.querySelector("#automaton svg")', 5);
  await until("it is proven", 'document.getElementById("proof").textContent.startsWith("Proven")', 5);
}
