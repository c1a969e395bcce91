/** What every page does: colors, search, live programs, and keeping the site for later without a network. */
import { startColors } from "./colors.js";
import { startLive } from "./live.js";

startColors();
startLive();

const root = new URL(document.documentElement.dataset.root, location.href);
const open = async () => (await import("./search.js")).openSearch(root);
document.getElementById("search").addEventListener("click", open);
addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "");
  const asked = event.key === "/" || (event.key === "k" && (event.ctrlKey || event.metaKey));
  if (!asked || typing) return;
  event.preventDefault();
  void open();
});

const narrow = matchMedia("(max-width: 60rem)");
const side = document.querySelector("details.side");
if (side && narrow.matches) side.open = false;

if (document.getElementById("machine"))
  void import("./performance.js").then(({ startPerformance }) => startPerformance());

/**
 * The site is kept from the first visit on, once the page has shown itself; not where data are to be saved.
 */
async function keep() {
  if (!("serviceWorker" in navigator) || navigator.connection?.saveData) return;
  try {
    await navigator.serviceWorker.register(new URL("offline.js", root));
  } catch {
    // a place without service workers, such as a file or a private window: the site works without
  }
}
if (document.readyState === "complete") void keep();
else addEventListener("load", keep);
