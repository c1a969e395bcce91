/** Chromium and Firefox by puppeteer, WebKit by W3C WebDriver: one face for real pointers and screenshots. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import puppeteer from "puppeteer-core";

const executables = { chromium: "/usr/bin/chromium", firefox: "/usr/bin/firefox-esr" };
const libraries = "/usr/lib/x86_64-linux-gnu";
const miniBrowser =
  ["4.1", "4.0", "6.0"].map((version) => `${libraries}/webkit2gtk-${version}/MiniBrowser`).find(existsSync) ??
  "MiniBrowser";

/**
 * A page: goto, resize, evaluate(body of a function), draw(points), touch(points), press(key),
 * hover(selector), screenshot, close; colors("dark" or "light") in Chromium.
 */
export const open = (name) => (name === "webkit" ? openWebKit() : openPuppeteer(name));

/** Chromium whose microphone plays a WAV file, again and again. */
export const openHearing = (wav) =>
  openPuppeteer("chromium", [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    `--use-file-for-fake-audio-capture=${wav}`,
  ]);

/** Lets a page have dark or light colors. */
const colorsOf = (page) => (value) => page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);

async function openPuppeteer(name, more = []) {
  const browser = await puppeteer.launch({
    browser: name === "firefox" ? "firefox" : "chrome",
    executablePath: executables[name],
    headless: true,
    args: name === "chromium" ? ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", ...more] : [],
  });
  const page = await browser.newPage();
  return {
    goto: (url) => page.goto(url),
    resize: (width, height) => page.setViewport({ width, height }),
    evaluate: (body) => page.evaluate(`(() => { ${body} })()`),
    async draw([first, ...rest]) {
      await page.mouse.move(...first);
      await page.mouse.down();
      for (const point of rest) await page.mouse.move(...point);
      await page.mouse.up();
    },
    async touch([first, ...rest]) {
      await page.touchscreen.touchStart(...first);
      for (const point of rest) await page.touchscreen.touchMove(...point);
      await page.touchscreen.touchEnd();
    },
    press: (key) => page.keyboard.press(key),
    hover: (selector) => page.hover(selector),
    ...(name === "chromium" ? { colors: colorsOf(page) } : {}),
    choose: async (selector, files) => (await page.$(selector)).uploadFile(...files),
    screenshot: () => page.screenshot({ fullPage: true }),
    /** Seconds of all cores that the page and its workers have computed; Chromium alone tells them. */
    async processSeconds() {
      const session = await page.createCDPSession();
      await session.send("Performance.enable");
      const { metrics } = await session.send("Performance.getMetrics");
      return metrics.find(({ name }) => name === "ProcessTime").value;
    },
    close: () => browser.close(),
  };
}

/** Pointer events of a finger, made by a script. */
const touchScript = (points) => `
  const pad = document.elementFromPoint(${points[0].join()});
  const points = ${JSON.stringify(points)};
  const finger = { pointerId: 7, pointerType: "touch", isPrimary: true, bubbles: true, cancelable: true };
  const send = (type, [clientX, clientY]) => {
    const button = type === "pointermove" ? -1 : 0;
    pad.dispatchEvent(new PointerEvent(type, { ...finger, button, clientX, clientY }));
  };
  send("pointerdown", points[0]);
  for (const point of points.slice(1)) send("pointermove", point);
  send("pointerup", points[points.length - 1]);
  return 1`;

/** WebKit's driver: its calls, and how it is stopped. */
async function startDriver() {
  const port = 20000 + (process.pid % 20000);
  const driver = spawn(
    "xvfb-run",
    ["-a", "-s", "-screen 0 1400x1200x24", "WebKitWebDriver", `--port=${port}`, "--host=127.0.0.1"],
    {
      stdio: "ignore",
      detached: true,
      env: { ...process.env, WEBKIT_DISABLE_COMPOSITING_MODE: "1", LANG: "en_US.UTF-8" },
    },
  ); // "C" is no language to Intl
  const call = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${value?.error}: ${value?.message}`);
    return value;
  };
  const stop = () => {
    try {
      process.kill(-driver.pid, "SIGTERM");
    } catch {
      /* gone already */
    }
  };
  await untilReady(call, stop);
  return { call, stop };
}

/** Waits until the driver answers; ends it where it does not within ten seconds. */
async function untilReady(call, stop) {
  for (let tries = 0; ; ++tries) {
    try {
      await call("GET", "/status");
      return;
    } catch (error) {
      if (tries > 100) {
        stop();
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function openWebKit() {
  const { call, stop } = await startDriver();
  const options = { binary: miniBrowser, args: ["--automation"] };
  const { sessionId } = await call("POST", "/session", {
    capabilities: { alwaysMatch: { browserName: "MiniBrowser", "webkitgtk:browserOptions": options } },
  }).catch((error) => {
    stop();
    throw error;
  });
  const session = `/session/${sessionId}`;
  const whole = ([x, y]) => ({ x: Math.round(x), y: Math.round(y) });
  const pointer = (actions) =>
    call("POST", `${session}/actions`, {
      actions: [{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions }],
    });
  const evaluate = (body) => call("POST", `${session}/execute/sync`, { script: body, args: [] });
  return {
    goto: (url) => call("POST", `${session}/url`, { url }),
    async resize(width, height) {
      const [w, h] = await evaluate(
        "return [window.outerWidth - window.innerWidth, window.outerHeight - window.innerHeight]",
      );
      await call("POST", `${session}/window/rect`, { width: width + w, height: height + h });
    },
    evaluate,
    draw: ([first, ...rest]) =>
      pointer([
        { type: "pointerMove", duration: 0, ...whole(first) },
        { type: "pointerDown", button: 0 },
        ...rest.map((point) => ({ type: "pointerMove", duration: 0, ...whole(point) })),
        { type: "pointerUp", button: 0 },
      ]),
    // this driver has no touch, and waits for ever where a key goes to a window without a manager: events
    // made by a script
    touch: (points) => evaluate(touchScript(points)),
    press: (key) =>
      evaluate(
        `document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { ` +
          `key: ${JSON.stringify(key)}, bubbles: true, cancelable: true })); return 1`,
      ),
    async hover(selector) {
      const place = await evaluate(
        `const b = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect(); ` +
          "return [b.left + b.width / 2, b.top + b.height / 2]",
      );
      await pointer([{ type: "pointerMove", duration: 0, ...whole(place) }]);
    },
    screenshot: async () => Buffer.from(await call("GET", `${session}/screenshot`), "base64"),
    async close() {
      await call("DELETE", session).catch(() => {});
      stop();
    },
  };
}
