/**
 * Keyboard and colors: the Tab key comes to every control of a tab, in the order in which they are seen, with
 * a ring around the one that has the focus; texts stand out from their ground by 4.5 to 1, dark or light.
 */
import assert from "node:assert/strict";

/** Controls of the page that can be operated now, in the order of the document: `key` names one. */
const describe = `
  const key = (e) => e.id || e.name || e.textContent.trim() || e.outerHTML.slice(0, 60);
  const shown = (e) => e.getClientRects().length > 0 && !e.matches(":disabled");
  const controls = [...document.querySelectorAll(
    "a[href], button, input, select, summary, [tabindex='0']")].filter(
    (e) => shown(e) && e.tabIndex >= 0);`;

/** Where the focus is, and whether it is seen. */
const focused = `${describe}
  const e = document.activeElement;
  if (e === document.body) return { key: "" };
  const { left, top, bottom } = e.getBoundingClientRect();
  const { outlineStyle, outlineWidth } = getComputedStyle(e);
  return { key: key(e), left, top: top + scrollY, bottom: bottom + scrollY,
    ring: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 };`;

/** Goes through the tab that is open by the Tab key. WebKit's driver has no keys. */
async function checkKeyboard(name, { page }, tab) {
  if (name === "webkit") return;
  const wanted = await page.evaluate(`${describe} return controls.map(key)`);
  await page.evaluate(
    "document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0); return 1",
  );
  await page.evaluate(`document.getElementById("tab-${tab}").focus(); return 1`);
  const seen = [await page.evaluate(focused)];
  for (let i = 1; i < wanted.length; ++i) {
    await page.press("Tab");
    seen.push(await page.evaluate(focused));
  }
  const keys = seen.map(({ key }) => key);
  assert.deepEqual(keys, wanted, `${name}, ${tab}: the Tab key's way`);
  for (const [i, { key, ring, left, top }] of seen.entries()) {
    if (i > 0) assert.ok(ring, `${name}, ${tab}: no ring around ${key}`);
    const last = seen[i - 1];
    if (last && top < last.top - 1 && last.bottom > top)
      assert.ok(left > last.left, `${name}, ${tab}: ${key} comes after ${last.key}, and stands before it`);
    if (last) assert.ok(top + 60 > last.top, `${name}, ${tab}: ${key} stands above ${last.key}`);
  }
}

/** Texts that stand out from their ground by less than 4.5 to 1 (WCAG 2.1, 1.4.3). */
const faint = `
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const groundOf = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255];
  };
  const linear = (v) => (v <= 10.31475 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ratio = (a, b) => {
    const [x, y] = [light(a), light(b)];
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  };
  const hasText = (e) => e.matches("input, select") ||
    [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.getClientRects().length > 0 && !e.closest("svg, :disabled") && hasText(e))
    .flatMap((e) => ["", ...(e.placeholder ? ["::placeholder"] : [])].map((part) => [
      (e.id || e.tagName + " " + e.textContent.slice(0, 30)) + part,
      ratio(rgba(getComputedStyle(e, part || null).color), groundOf(e)),
    ]))
    .filter(([, contrast]) => contrast < 4.5)
    .map(([key, contrast]) => key + " " + contrast.toFixed(2));`;

/** Contrast in both colors, where the browser can be told which to take. */
async function checkContrast(name, { page, shot }, tab) {
  for (const colors of page.colors ? ["dark", "light"] : []) {
    await page.colors(colors);
    assert.deepEqual(await page.evaluate(faint), [], `${name}, ${tab}, ${colors}: faint texts`);
    if (colors === "dark") await shot(`${tab}-dark`);
  }
}

/** The Tab key and the colors of every tab. */
export async function checkAccess(name, visitor) {
  const { page, until } = visitor;
  for (const tab of ["addition", "listening", "writing"]) {
    await page.evaluate(`document.getElementById("tab-${tab}").click(); return 1`);
    if (tab === "listening")
      await until("the third tab is there", 'document.documentElement.dataset.ready === "listening"');
    if (tab === "writing") await page.evaluate('document.getElementById("teaching").open = true; return 1');
    await checkKeyboard(name, visitor, tab);
    await checkContrast(name, visitor, tab);
  }
  await page.evaluate('document.getElementById("teaching").open = false; return 1');
}
