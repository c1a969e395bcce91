/** What every page does: colors, search, live programs, and keeping the site for later without a network. */
import { startColors } from "./colors.js";
import { startLive } from "./live.js";

startColors();
startLive();

/** Where this page stands among those of its section is in view, however long the list is. */
const side = document.querySelector(".side > ul");
const here = side?.querySelector("[aria-current]");
if (here) side.scrollTop = here.offsetTop - side.offsetTop - side.clientHeight / 2;

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

if (document.getElementById("machine"))
  void import("./performance.js").then(({ startPerformance }) => startPerformance());

const LATER = 4000; // ms after the page has loaded: what it does itself comes first

/** The site is kept from the first visit on; not where data are to be saved. */
async function keep() {
  if (!("serviceWorker" in navigator) || navigator.connection?.saveData) return;
  try {
    await navigator.serviceWorker.register(new URL("offline.js", root));
  } catch {
    // a place without service workers, such as a file or a private window: the site works without
  }
}
const keepLater = () => setTimeout(keep, LATER);
if (document.readyState === "complete") keepLater();
else addEventListener("load", keepLater);
