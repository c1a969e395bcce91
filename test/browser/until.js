/** Waits for what a page should come to. */

/** Until the condition, a script, holds in the page; says what the page says where it does not. */
export async function until(page, what, condition, seconds = 30) {
  for (
    const end = Date.now() + seconds * 1000;
    Date.now() < end;
    await new Promise((resolve) => setTimeout(resolve, 50))
  ) {
    // a page on its way to another has no answer
    if (await page.evaluate(`return Boolean(${condition})`).catch(() => false)) return;
  }
  throw new Error(
    `${what}: not within ${seconds} s; the page ` +
      `says ${JSON.stringify(await page.evaluate("return document.body.innerText.slice(0, 800)"))}`,
  );
}
