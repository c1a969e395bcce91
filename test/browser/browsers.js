/**
 * The browsers of Debian, each started on one page and ended after it: no driver, the page itself reports to
 * its server.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const libraries = "/usr/lib/x86_64-linux-gnu";
const miniBrowser =
  ["4.1", "4.0", "6.0"].map((version) => `${libraries}/webkit2gtk-${version}/MiniBrowser`).find(existsSync) ??
  "MiniBrowser";
const quiet = [
  "datareporting.policy.dataSubmissionEnabled",
  "browser.shell.checkDefaultBrowser",
  "browser.aboutwelcome.enabled",
  "app.update.enabled",
  "toolkit.telemetry.enabled",
];

/** name → the command that opens `url`, keeping its profile in `profile`. */
const commands = {
  chromium: (url, profile, flags) => [
    "chromium",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    `--user-data-dir=${profile}`,
    "--remote-debugging-port=0",
    ...(flags.length ? [`--js-flags=${flags.join(",")}`] : []),
    url,
  ],
  firefox: (url, profile) => {
    writeFileSync(join(profile, "user.js"), quiet.map((name) => `user_pref("${name}", false);\n`).join(""));
    return ["firefox-esr", "--headless", "--no-remote", "--profile", profile, url];
  },
  webkit: (url, profile) => [
    "xvfb-run",
    "-a",
    "-w",
    "1",
    "env",
    `HOME=${profile}`,
    "WEBKIT_DISABLE_COMPOSITING_MODE=1",
    miniBrowser,
    url,
  ],
};

export const browserNames = Object.keys(commands);

/**
 * Opens `url` in the browser of that name, waits for `done`, and ends the browser with all its processes.
 * `flags` go to V8.
 */
export async function visit(name, url, done, flags = []) {
  const profile = mkdtempSync(join(tmpdir(), `unrolled-${name}-`));
  const [command, ...args] = commands[name](url, profile, flags);
  const browser = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
  let complaints = "";
  browser.stderr.setEncoding("utf8").on("data", (text) => {
    complaints = (complaints + text).slice(-2000);
  });
  const ended = new Promise((resolve, reject) => {
    browser.on("error", (error) =>
      reject(new Error(`${name}: ${error.message}; install the browsers by test/engines/install.sh`)),
    );
    browser.on("exit", (code) =>
      reject(new Error(`${name} ended with code ${code} before the page reported:\n${complaints}`)),
    );
  });
  ended.catch(() => {});
  try {
    return await Promise.race([done, ended]);
  } catch (error) {
    throw new Error(`${name}: ${error.message}\n${complaints}`, { cause: error });
  } finally {
    const gone =
      browser.exitCode !== null || browser.pid === undefined
        ? undefined
        : new Promise((resolve) => browser.once("exit", resolve));
    try {
      process.kill(-browser.pid, "SIGTERM");
    } catch {
      /* gone already */
    }
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 3000).unref())]);
    try {
      process.kill(-browser.pid, "SIGKILL");
    } catch {
      /* gone already */
    }
    try {
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    } catch {
      /* left in the temporary folder */
    }
  }
}
