/** Files of models that hear as targets: each is loaded, hears a word, learns, and is saved again. */
import {
  hybridRecognizer,
  inventedSpeakers,
  speechRecognizer,
  wordClassifier,
  wordSpotter,
} from "../../dist/speech/index.js";
import { mutateTensors } from "./mutate.js";

const words = ["yes", "no"];
const spec = { words, rate: 8000, seed: 1 };
const hybrid = { ...spec, states: 2, components: 1, cells: 4 };
const once = { epochs: 1, copies: 0 };
const asText = (items) => items;
const asWord = (items) => items.map(({ text, places: _, ...sound }) => ({ ...sound, word: text }));

/** What is loaded, how it is made, what it learns from, and how. */
const kinds = {
  wordSpotter: { factory: wordSpotter, specs: [{ ...spec, units: 4 }], items: asWord, fit: once },
  wordClassifier: { factory: wordClassifier, specs: [{ ...spec, units: 4 }], items: asText, fit: once },
  speechRecognizer: {
    factory: speechRecognizer,
    specs: [
      { ...spec, units: "words", cells: 4 },
      { units: "characters", words, rate: 8000, cells: 4 },
      { units: "phones", lexicon: { yes: "Y EH S", no: "N OW" }, rate: 8000, cells: 4 },
    ],
    items: asText,
    fit: once,
  },
  hybridRecognizer: {
    factory: hybridRecognizer,
    specs: [hybrid, { ...hybrid, emission: "mixture" }],
    items: asText,
    fit: { ...once, iterations: 1, rounds: 1 },
  },
};

/** A file of a model that learned from a few words, changed. */
async function hearingTarget({ factory, specs, items, fit }) {
  const invented = await inventedSpeakers({ words, count: 6 });
  const taught = items(invented);
  const files = [];
  for (const own of specs) {
    const model = await factory(own);
    await model.fit(taught, fit);
    files.push(model.save());
    model.dispose();
  }
  const [{ samples, rate }] = invented;
  return {
    make: (random) => mutateTensors(random, random.pick(files)),
    size: (bytes) => bytes.length,
    async run(bytes) {
      const model = await factory.load(bytes);
      try {
        await model.predict({ samples, rate });
        await model.fit(taught, fit);
        return model.save();
      } finally {
        model.dispose();
      }
    },
    unsound: (bytes) => (bytes instanceof Uint8Array ? undefined : "no bytes when saved again"),
  };
}

/** Functions that make the targets, by name. */
export const hearingTargets = Object.fromEntries(
  Object.entries(kinds).map(([name, kind]) => [`load ${name}`, () => hearingTarget(kind)]),
);
