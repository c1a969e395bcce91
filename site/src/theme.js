/** Sets the colors that the visitor chose before anything is drawn. */
try {
  const chosen = localStorage.getItem("unrolled-colors");
  if (chosen) document.documentElement.dataset.colors = chosen;
} catch {
  // no storage: as the system has them
}
