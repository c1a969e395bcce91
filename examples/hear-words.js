// Which word was said? A classifier of words learns from invented speakers, then gets used to one voice by
// recordings without texts; a spotter finds its words in sound without end.
import { inventedSpeakers, synthesizer, wordClassifier, wordSpotter } from "unrolled/speech";

const words = ["yes", "no"];
const rate = 8000;
const copies = 1; // distorted ones of each recording: real rooms want more, by default 6
const classifier = await wordClassifier({ words, rate, units: 16, seed: 1 });
await classifier.fit(await inventedSpeakers({ words, count: 8 }), { epochs: 6, copies });

const child = await synthesizer({ rate, pitch: 260, tract: 0.75 }); // in earnest: samples of a microphone
const said = (i) => ({ samples: child.say(words[i % 2], { seed: i, noise: 30 }).samples, rate });
const own = Array.from({ length: 12 }, (_, i) => said(i));
const { learned } = await classifier.adapt(own, { rounds: 2, epochs: 2, copies });
const fresh = Array.from({ length: 12 }, (_, i) => ({ ...said(50 + i), text: words[i % 2] }));
const { accuracy } = await classifier.evaluate(fresh);
const right = (100 * accuracy).toFixed(0);
console.log(`learned from ${learned.at(-1)} recordings without texts; right: ${right}%`);

const spotter = await wordSpotter({ words, rate, units: 24, seed: 1 });
await spotter.fit(
  own.map((recording, i) => ({ ...recording, word: words[i % 2] })),
  { epochs: 15, copies },
);
const [{ word }] = spotter.predict([said(99)]);
console.log(`"${words[1]}", said anew, is heard as "${word}"`);
spotter.dispose();
classifier.dispose();
