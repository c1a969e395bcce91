/**
 * Sounds of English as targets of a formant synthesizer: the first three resonances of the throat in hertz
 * (vowels by Peterson & Barney 1952, men; others near Klatt 1980, tables II and III), how much voice and how
 * much noise, and how long it takes. Only what the digits and a few short words need.
 */

/** A stretch of steady sound. */
export interface Target {
  /** Resonances, hertz. */
  readonly formants: readonly [number, number, number];
  /** Amplitude of the voice, and of noise, from 0 to 1. */
  readonly voice: number;
  readonly noise: number;
  /** Where the noise is loudest, hertz. */
  readonly hiss: number;
  /** Milliseconds. */
  readonly ms: number;
}

type Formants = readonly [number, number, number];

const vowel = (formants: Formants, ms: number): Target => ({ formants, voice: 1, noise: 0, hiss: 2000, ms });
const nasal = (formants: Formants, ms: number): Target => ({
  formants,
  voice: 0.35,
  noise: 0,
  hiss: 2000,
  ms,
});
const hiss = (noise: number, at: number, ms: number, voice = 0): Target => ({
  formants: [320, 1390, 2530],
  voice,
  noise,
  hiss: at,
  ms,
});
const closed = (ms: number): Target => ({ formants: [300, 1500, 2500], voice: 0, noise: 0, hiss: 2000, ms });

const IY: Formants = [270, 2290, 3010];
const IH: Formants = [390, 1990, 2550];
const EH: Formants = [530, 1840, 2480];
const AH: Formants = [640, 1190, 2390];
const AA: Formants = [730, 1090, 2440];
const AO: Formants = [570, 840, 2410];
const UH: Formants = [440, 1020, 2240];
const UW: Formants = [300, 870, 2240];

/** The sounds by their names of ARPABET. */
export const phones: Readonly<Record<string, readonly Target[]>> = {
  IY: [vowel(IY, 130)],
  IH: [vowel(IH, 90)],
  EH: [vowel(EH, 110)],
  AH: [vowel(AH, 110)],
  AO: [vowel(AO, 150)],
  UW: [vowel(UW, 150)],
  OW: [vowel(AO, 80), vowel(UH, 90)],
  AY: [vowel(AA, 100), vowel(IH, 90)],
  EY: [vowel(EH, 80), vowel(IY, 90)],
  W: [vowel([290, 610, 2150], 70)],
  Y: [vowel([260, 2070, 3020], 60)],
  R: [vowel([310, 1060, 1380], 80)],
  N: [nasal([250, 1400, 2500], 80)],
  S: [hiss(0.5, 5000, 120)],
  Z: [hiss(0.25, 4500, 90, 0.3)],
  F: [hiss(0.16, 3400, 100)],
  V: [hiss(0.08, 3000, 70, 0.45)],
  TH: [hiss(0.12, 2700, 100)],
  T: [closed(55), hiss(0.5, 3700, 30)],
  K: [closed(60), hiss(0.4, 1900, 35)],
};

/** How the words are spoken that it knows by itself. */
export const spokenWords: Readonly<Record<string, string>> = {
  zero: "Z IY R OW",
  one: "W AH N",
  two: "T UW",
  three: "TH R IY",
  four: "F AO R",
  five: "F AY V",
  six: "S IH K S",
  seven: "S EH V AH N",
  eight: "EY T",
  nine: "N AY N",
  yes: "Y EH S",
  no: "N OW",
};
