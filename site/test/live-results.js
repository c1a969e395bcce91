/** What the live programs must come to, by the page that shows them. */
export const liveResults = {
  "index.html": [/wrong of 1000 sums of 64 digits: 0\nan automaton of 4 states, the textbook's: true/],
  "guides/classify.html": [/right on new recordings: (9\d|100)%/],
  "guides/forecast.html": [/: (1[0-2]) of 12 months within the band[^]*MASE 0\./],
  "guides/read.html": [
    /letters wrong in hands never seen: [0-9]\.\d%\n"noel" is read as "noel"/,
    /"hello","the"/,
  ],
  "guides/hear.html": [/"yes", said anew, is heard as "yes"\n"no", said anew, is heard as "no"/],
  "guides/watch.html": [/hour 300: 400[^]*the level changes at hour 45\d/],
  "guides/move-weights.html": [/ONNX[^]*C99[^]*the same bits true/],
  "guides/cluster.html": [/the same bits with one worker and with two: true/],
};

/** Programs with knobs beside experiments of the lecture. */
export const knobResults = {
  "lecture/7a-8-chaos.html": /memory: 1\d\.\d of 40 values/,
  "lecture/7c-3.html": /wrong of 1000 sums of up to 64 digits: 0/,
  "lecture/7d-2.html": /of the gradient, \S+ comes back over 30 steps/,
  "lecture/7d-4.html": /memory cells 0\.0\d+, plain units (0\.[5-9]|1)/,
};

/** Experiments that take a few seconds: what the page says of them. */
export const quickExperiments = ["7a-2", "7b-1", "7b-2", "7c-2", "7d-1", "7e-1"];
