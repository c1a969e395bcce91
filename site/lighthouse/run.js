/**
 * Lighthouse on the built site, as a phone on a slow network: performance, accessibility, best practices and
 * findability of the home page, a guide and a page of the lecture. Fails below 95.
 *   node site/lighthouse/run.js [PAGE …]
 */
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import { serveSite } from "../test/served.js";

const LOWEST = 95;
const args = process.argv.slice(2);
const pages = args.length ? args : ["index.html", "guides/classify.html", "lecture/7d-2.html"];
const wanted = ["performance", "accessibility", "best-practices"];
/** What the performance is made of. */
const metrics = [
  "first-contentful-paint",
  "largest-contentful-paint",
  "speed-index",
  "total-blocking-time",
  "cumulative-layout-shift",
];

const server = await serveSite({ noted: false });
const chrome = await launch({
  chromePath: "/usr/bin/chromium",
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
});
let low = 0;
try {
  for (const page of pages) {
    const { lhr } = await lighthouse(server.root + page, {
      port: chrome.port,
      onlyCategories: [...wanted, "seo"],
    });
    const scores = Object.entries(lhr.categories).map(([name, { score }]) => [name, Math.round(100 * score)]);
    console.log(`${page}: ${scores.map(([name, score]) => `${name} ${score}`).join(", ")}`);
    console.log(`  ${metrics.map((name) => `${name} ${lhr.audits[name].displayValue}`).join(", ")}`);
    low += scores.filter(([name, score]) => wanted.includes(name) && score < LOWEST).length;
    const failed = Object.values(lhr.audits).filter(({ score }) => score !== null && score < 0.9);
    for (const { id, title, displayValue = "" } of failed) console.log(`  ${id}: ${title} ${displayValue}`);
  }
} finally {
  chrome.kill();
  await server.close();
}
if (low) {
  console.error(`${low} scores below ${LOWEST}`);
  process.exitCode = 1;
}
