/** What the form below the pad must do: write by hand, and say what it cannot write. */

const value = (id) => `document.getElementById("${id}").value`;

/** A net writes what is typed, and the page reads it; a character that it cannot write is named. */
export async function checkWritingByHand({ page, shot, until }) {
  const write = (text) =>
    page.evaluate(
      `${value("text")} = ${JSON.stringify(text)}; document.getElementById("write").click(); return 1`,
    );
  await write("learn");
  await until(
    "a text is written, and most of it read",
    `/l?earn|lea?rn|lear?n/.test(${value("answer")})`,
    20,
  );
  await shot("by-hand");
  await write("\u591a");
  await until(
    "a character that it cannot write is named",
    'document.getElementById("written").textContent.includes("\u591a")',
    5,
  );
  await page.evaluate('document.getElementById("clear").click(); return 1');
  await until("clearing clears what was written", `${value("answer")} === "…"`, 5);
}
