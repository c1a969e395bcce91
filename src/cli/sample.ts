/** `unrolled sample`: writes from a model of text. */
import { drawSequence } from "../models/network/sample.ts";
import { Vocabulary } from "../tasks/text.ts";
import { type Command, UsageError } from "./command.ts";
import { loadModel } from "./open-model.ts";
import { turns } from "./turns.ts";

/** What a text begins after: a line feed, else a blank, else whatever character there is. */
const defaultPrompt = ({ characters }: Vocabulary): string =>
  ["\n", " "].find((c) => characters.includes(c)) ?? characters[0];

export const sampleCommand: Command = {
  name: "sample",
  words: "MODEL",
  maxWords: 1,
  summary: "Write from a model that `unrolled train text` made",
  details: '  unrolled sample shakespeare.safetensors --temperature 0.7 --prompt "ROMEO:"',
  options: {
    length: { value: "N", default: "500", help: "characters to write" },
    temperature: {
      value: "X",
      default: "1",
      help: "below 1 the model dares less; 0: always the most probable",
    },
    prompt: { value: "TEXT", help: "what the model reads first; else a line feed, or what comes nearest" },
    seed: { value: "N", default: "1", help: "seed of the draws" },
  },
  async run({ screen, signal, values, words }) {
    const [path] = words;
    const length = values.whole("length", 0);
    const temperature = values.number("temperature", 0);
    const seed = values.whole("seed", 0, 2 ** 52);
    if (!path)
      throw new UsageError("sample: MODEL is missing, want a file that `unrolled train text --out` wrote");
    const { net, about } = await loadModel(path);
    try {
      if (about.task !== "text" || !about.vocabulary)
        throw new Error(`${path}: a model of task "${about.task}", want one of text`);
      const vocabulary = new Vocabulary(about.vocabulary);
      const prompt = values.text("prompt") || defaultPrompt(vocabulary);
      const turn = turns(signal);
      let text = "";
      if (prompt.trim() && values.text("prompt")) screen.write(prompt);
      const history = vocabulary.encode(prompt);
      for (const symbol of drawSequence("sample", net, length, { temperature, seed, history })) {
        await turn();
        const character = vocabulary.decode([symbol]);
        text += character;
        screen.write(character);
      }
      screen.write("\n");
      screen.event({ event: "result", prompt, text, temperature, seed });
    } finally {
      net.dispose();
    }
  },
};
