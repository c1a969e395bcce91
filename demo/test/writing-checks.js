/**
 * What the first tab must do beside reading: play a word when it opens, keep still while one writes, give
 * other readings, wait as long as the slider says, learn a hand, export, and have names for a screen reader.
 */
import assert from "node:assert/strict";

const value = (id) => `document.getElementById("${id}").value`;
const text = (id) => `document.getElementById("${id}").textContent`;
const click = (selector) => `document.querySelector(${JSON.stringify(selector)}).click(); return 1`;

/** Where everything of the tab is: elements in the rows of letters come and go. */
const places = `
  return [...document.querySelectorAll("#writing > *, #writing > .tools > *, #writing > form > *")]
    .map((e) => {
      const { left, top } = e.getBoundingClientRect();
      return [e.id || e.className || e.tagName, Math.round(left), Math.round(top + scrollY)].join(" ");
    })`;

/** Whether nothing more was read for half a second: what is chosen before would be read over. */
export const rested = `(() => {
  const { points } = document.getElementById("answer").dataset;
  if (window.pointsRead !== points) [window.pointsRead, window.readAt] = [points, performance.now()];
  return performance.now() - window.readAt > 500;
})()`;

/** Controls that have no name. */
const nameless = `
  return [...document.querySelectorAll("#writing button, #writing input, #writing select, #writing canvas")]
    .filter((e) => !e.hidden && !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length))
    .map((e) => e.outerHTML)`;

/** A word plays before anything is touched, and everything has a name. */
export async function checkStart({ page, shot, until }, samples) {
  await page.evaluate(`window.still = (() => { ${places} })(); return 1`);
  await until("a word plays at the start", `${value("answer")} === ${JSON.stringify(samples[0].word)}`, 20);
  await shot("start");
  assert.deepEqual(await page.evaluate(nameless), [], "controls without a name");
}

/** Other readings can be chosen, the slider delays what is said, the ink is exported, and nothing moves. */
export async function checkReadings({ page, shot, until }, samples) {
  const { word } = samples.at(-1);
  await page.evaluate(
    `document.getElementById("samples").value = "${samples.length - 1}"; ` +
      'document.getElementById("replay").click(); return 1',
  );
  await until(`"${word}" is read`, `${value("answer")} === ${JSON.stringify(word)} && ${rested}`, 20);
  assert.deepEqual(await page.evaluate(places), await page.evaluate("return window.still"), "nothing moves");

  const other = await page.evaluate(
    `return document.querySelectorAll("#alternatives button")[1].textContent`,
  );
  await page.evaluate(click("#alternatives button:nth-child(2)"));
  assert.equal(await page.evaluate(`return ${value("answer")}`), other);
  await page.evaluate(click("#alternatives button"));

  const others = text("alternatives");
  const before = await page.evaluate(`return ${others}`);
  await page.evaluate(click("#english"));
  await until("English makes other readings likely", `${others} !== ${JSON.stringify(before)}`, 30);
  assert.equal(await page.evaluate(`return ${value("answer")}`), word);
  await page.evaluate(click("#english"));
  await until("anything is expected again", `${others} === ${JSON.stringify(before)}`, 10);

  const said = async (delay) => {
    await page.evaluate(
      `const slider = document.getElementById("delay"); slider.value = "${delay}"; ` +
        'slider.dispatchEvent(new Event("input")); return 1',
    );
    const whole = `${text("said")} + ${text("open")}`;
    const isRead = 'document.getElementById("said").getAttribute("aria-busy") === "false"';
    await until(`a delay of ${delay} is shown`, `${isRead} && (${whole}).length >= ${word.length - 1}`, 10);
    return page.evaluate(`return ${text("said")}`);
  };
  const [late, soon] = [await said(24), await said(4)];
  assert.ok(late.length < soon.length, `said after 24 steps "${late}", after 4 "${soon}"`);
  await shot("readings");

  await page.evaluate(
    "HTMLAnchorElement.prototype.click = function () { " +
      "window.file = fetch(this.href).then((r) => r.text()); }; " +
      'document.getElementById("export-ink").click(); ' +
      "window.file.then((ink) => { window.ink = ink; }); return 1",
  );
  await until("the ink is exported", `window.ink?.includes(">${word}</annotation>")`, 5);
  assert.match(await page.evaluate("return window.ink"), /<trace>[\d. ,-]+<\/trace>/);
}

/** Five lessons, a hand that is learned, kept, exported, and forgotten. */
export async function checkTeaching({ page, shot, until }) {
  await page.evaluate('document.getElementById("teaching").open = true; return 1');
  for (let lesson = 1; lesson <= 5; ++lesson) {
    await page.evaluate(
      'const pad = document.getElementById("pad"); const { left, top } = pad.getBoundingClientRect(); ' +
        'const pen = { pointerId: 5, pointerType: "pen", isPrimary: true, bubbles: true, button: 0 }; ' +
        "const send = (type, x, y) => pad.dispatchEvent(" +
        "new PointerEvent(type, { ...pen, clientX: left + x, clientY: top + y })); " +
        'send("pointerdown", 60, 60); ' +
        'for (let i = 1; i <= 10; ++i) send("pointermove", 60 + i, 60 + 9 * i); ' +
        'send("pointerup", 70, 150); document.getElementById("lesson-text").value = "I"; ' +
        'document.getElementById("keep").click(); return 1',
    );
    await until(`lesson ${lesson} is kept`, `${text("lessons")}.startsWith("${lesson} lesson")`, 5);
  }
  await page.evaluate(click("#learn-hand"));
  await until(
    "a hand is learned, or nothing changes",
    `/held back/.test(${text("taught")}) || /^Not/.test(${text("taught")})`,
    60,
  );
  const taught = await page.evaluate(`return ${text("taught")}`);
  assert.match(taught, /^Learned/);
  assert.equal(await page.evaluate('return document.getElementById("export-hand").disabled'), false);
  await shot("taught");
  await page.evaluate(click("#forget"));
  await until("lessons are forgotten", `${text("lessons")}.startsWith("0 lessons")`, 5);
  await page.evaluate('document.getElementById("teaching").open = false; return 1');
}
