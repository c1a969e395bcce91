/** The page: its tabs, each started when it is first shown. */
import { startWriting } from "./writing.ts";

const tabs = [...document.querySelectorAll<HTMLButtonElement>('[role="tab"]')];
const started = new Set<string>();
/** What the arrow keys do to the tab that has the focus. */
const moves = new Map([
  ["ArrowRight", 1],
  ["ArrowLeft", -1],
]);
const starts: Record<string, () => void> = {
  writing: startWriting,
  listening: () => void import("./listening.ts").then(({ startListening }) => startListening()),
  addition: () => void import("./addition.ts").then(({ startAddition }) => startAddition()),
};

function show(tab: HTMLButtonElement, focus = false): void {
  for (const one of tabs) {
    const panel = one.getAttribute("aria-controls")!;
    const on = one === tab;
    one.setAttribute("aria-selected", String(on));
    one.tabIndex = on ? 0 : -1;
    document.getElementById(panel)!.hidden = !on;
    if (on && !started.has(panel)) {
      started.add(panel);
      starts[panel]!();
    }
  }
  if (focus) tab.focus();
}

tabs.forEach((tab, i) => {
  tab.addEventListener("click", () => show(tab));
  tab.addEventListener("keydown", ({ key }) => {
    const move = moves.get(key);
    if (move) show(tabs[(i + move + tabs.length) % tabs.length]!, true);
  });
});
show(tabs[0]!);

if ("serviceWorker" in navigator && import.meta.env.PROD)
  void navigator.serviceWorker.register("./offline.js").catch(() => {
    /* without https: online only */
  });
