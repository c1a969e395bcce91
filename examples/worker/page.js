// The page only listens: all the work is done in the worker, so nothing on the page ever waits.
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const progress = document.getElementById("progress");
worker.addEventListener("message", ({ data }) => {
  progress.textContent = data.done
    ? `forecast of the next four: ${data.forecast.map((y) => y.toFixed(2)).join(", ")}`
    : `step ${data.step}: loss ${data.loss.toFixed(5)}`;
});
worker.addEventListener("error", ({ message }) => {
  progress.textContent = `failed: ${message}`;
});
