// Runs one of the example programs in a page: what it prints stands in the page.
const output = document.querySelector("output");
const print = console.log;
console.log = (...words) => {
  print(...words);
  output.textContent += `${words.join(" ")}\n`;
};
try {
  await import(`../${output.dataset.program}.js`);
  output.dataset.state = "done";
} catch (error) {
  output.textContent += error.message;
  output.dataset.state = "failed";
}
