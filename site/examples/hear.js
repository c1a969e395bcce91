// Which word was said? A spotter learns two words from a few recordings, here of synthetic voices, and
// listens to sound without end.
import { plot, svg } from "unrolled";
import { synthesizer, wordSpotter } from "unrolled/speech";

const words = ["yes", "no"];
const rate = 8000;
const voice = await synthesizer({ rate });
const said = (text, seed) => voice.say(text, { seed, pause: 0.3, noise: 30 }).samples;
const recordings = words.flatMap((word) =>
  Array.from({ length: 6 }, (_, seed) => ({ samples: said(word, seed + 1), rate, word })),
);

const spotter = await wordSpotter({ words, rate, units: 24, seed: 1 });
const report = await spotter.fit(recordings, { epochs: 80 });
const losses = report.history.map(({ loss }) => loss);
postMessage(
  svg(
    plot({
      title: "Two words, six recordings each",
      x: { label: "step" },
      y: { label: "loss" },
      marks: [{ kind: "line", x: losses.map((_, i) => i + 1), y: losses }],
    }),
  ),
);
for (const word of words) {
  const answer = spotter.predict([{ samples: said(word, 99), rate }])[0];
  console.log(`"${word}", said anew, is heard as "${answer.word}"`);
}
spotter.dispose();
