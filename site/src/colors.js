/** Light, dark, or as the system has them. */
const names = { system: "as the system has them", light: "light", dark: "dark" };
const order = Object.keys(names);

/** Lets the button of the header turn to the next choice. */
export function startColors() {
  const button = document.getElementById("theme");
  const { dataset } = document.documentElement;
  const show = () => {
    const words = `Colors: ${names[dataset.colors ?? "system"]}`;
    button.setAttribute("aria-label", words);
    button.title = words;
  };
  button.addEventListener("click", () => {
    const next = order[(order.indexOf(dataset.colors ?? "system") + 1) % order.length];
    if (next === "system") delete dataset.colors;
    else dataset.colors = next;
    try {
      if (next === "system") localStorage.removeItem("unrolled-colors");
      else localStorage.setItem("unrolled-colors", next);
    } catch {
      // no storage: for this page only
    }
    show();
  });
  show();
}
