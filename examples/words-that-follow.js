// The neural language model of Bengio et al. 2003: four words, and the probabilities of the next.
import { languageModel } from "unrolled";

const sentences = [
  "the cat sat on the mat",
  "the dog sat on the rug",
  "a cat ran to the dog",
  "a dog ran to the cat",
];
const lines = Array.from({ length: 40 }, (_, i) => sentences[i % 4].split(" "));
const words = [...new Set(lines.flat())];
const model = await languageModel({ vocabulary: words, context: 3, embedding: 8, hidden: 16, seed: 1 });
await model.fit(lines, { steps: 300 });
console.log(`${model.perplexity(lines).toFixed(2)} equally likely words at each place, of ${words.length}`);
model.dispose();
