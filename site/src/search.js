/** Search over all pages, on this machine: the list of texts is fetched when somebody first searches. */
import MiniSearch from "minisearch";

let dialog;
let index;

/** The index over all pages of the site. */
async function indexOf(root) {
  const entries = await (await fetch(new URL("search.json", root))).json();
  const search = new MiniSearch({
    fields: ["title", "page", "text"],
    storeFields: ["title", "page", "to"],
    searchOptions: { boost: { title: 4, page: 2 }, prefix: true, fuzzy: 0.15 },
  });
  search.addAll(entries.map((entry, id) => ({ id, ...entry })));
  return search;
}

function make() {
  dialog = document.createElement("dialog");
  dialog.className = "search";
  dialog.innerHTML = `<form method="dialog">
<input type="search" aria-label="Search all pages" placeholder="Search all pages" autocomplete="off">
<button>Close</button></form><ul></ul><p role="status"></p>`;
  document.body.append(dialog);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}

/** Answers for what stands in the field. */
function answer(root) {
  const words = dialog.querySelector("input").value.trim();
  const found = words ? index.search(words).slice(0, 20) : [];
  const items = found.map(({ title, page, to }) => {
    const link = Object.assign(document.createElement("a"), { href: new URL(to, root).href });
    const place = page && page !== title ? [["span", page]] : [];
    for (const [kind, textContent] of [["b", title], ...place])
      link.append(Object.assign(document.createElement(kind), { textContent }));
    link.addEventListener("click", () => dialog.close());
    const item = document.createElement("li");
    item.append(link);
    return item;
  });
  dialog.querySelector("ul").replaceChildren(...items);
  dialog.querySelector("p").textContent = words && items.length === 0 ? `Nothing holds “${words}”.` : "";
}

/** Arrow keys go from the field through the answers. */
function walk(event) {
  if (!/^Arrow(Up|Down)$/.test(event.key)) return;
  const stops = [dialog.querySelector("input"), ...dialog.querySelectorAll("li a")];
  const at = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  stops[Math.max(0, Math.min(stops.length - 1, at))].focus();
  event.preventDefault();
}

/** Opens the search. */
export async function openSearch(root) {
  if (!dialog) {
    make();
    dialog.querySelector("input").addEventListener("input", () => index && answer(root));
    dialog.addEventListener("keydown", walk);
    dialog.querySelector("form").addEventListener("submit", (event) => {
      const first = dialog.querySelector("li a");
      if (event.submitter || !first) return;
      event.preventDefault();
      first.click();
    });
  }
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input").focus();
  index ??= await indexOf(root);
  answer(root);
}
