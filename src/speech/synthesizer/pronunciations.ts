/**
 * How different people say the words of the synthesizer, in its sounds: the usual way first, then shorter
 * ones and those of other accents (devoiced ends, "th" as t, s or f, "r" left out, "oo" begun in front).
 */

/** Ways to say each word. */
export const pronunciations: Readonly<Record<string, readonly string[]>> = {
  zero: ["Z IY R OW", "S IY R OW", "Z IH R OW", "Z IY R AO"],
  one: ["W AH N", "W AO N", "UW AH N"],
  two: ["T UW", "T IH UW", "T IY UW", "T AO UW"],
  three: ["TH R IY", "T R IY", "S R IY", "F R IY", "TH R IH IY"],
  four: ["F AO R", "F OW R", "F AO", "F AO AH"],
  five: ["F AY V", "F AY F", "F AH V", "F AY"],
  six: ["S IH K S", "S IY K S", "Z IH K S"],
  seven: ["S EH V AH N", "S EH V N", "Z EH V EH N", "S EH V IH N"],
  eight: ["EY T", "EH T", "EY", "EH IY T"],
  nine: ["N AY N", "N AH N", "N AY IH N"],
  yes: ["Y EH S", "Y IH S", "IY EH S", "Y EH Z"],
  no: ["N OW", "N AO", "N AO UW"],
};
