/**
 * The public names of unrolled/speech: from sound pressures to features and to words, files of sound and
 * microphones, where words stand, and speech made without recordings.
 */
import "../wasm/built-in.ts";

export { frontEnd, FrontEnd } from "./front-end.ts";
export type { RateOption } from "./front-end.ts";
export type { FrontEndStream } from "./front-end-stream.ts";
export type { FrontEndOptions, FrontEndSpec } from "./options.ts";
export type { Samples } from "./samples.ts";
export { readFlac } from "./flac.ts";
export { readWav, writeWav } from "./wav.ts";
export type { Recording } from "./recorded.ts";
export { alignLabels, type AlignOptions } from "../inference/align-labels.ts";
export type { Alignment, Span, Wanted } from "../inference/align-labels.ts";
export type { LabelScores, ScoreOptions } from "../inference/label-scores.ts";
export { searchLabels } from "../inference/search-labels.ts";
export type { SearchOptions } from "../inference/search-labels.ts";
export type { Hypothesis, LanguageModel } from "../inference/beam-search.ts";
export { microphone } from "./microphone.ts";
export type { Microphone, MicrophoneOptions } from "./microphone.ts";
export { WordList } from "../inference/word-list.ts";
export type { WordListOptions } from "../inference/word-list.ts";
export { augment } from "./augment/distort.ts";
export { gated, type GateOptions } from "./augment/gate.ts";
export type { AugmentOptions } from "./augment/options.ts";
export type { HearingFitOptions } from "./acoustic/fit-options.ts";
export type { AdaptOptions, AdaptProgress, AdaptReport } from "./acoustic/adapt.ts";
export type { Sound } from "./acoustic/recording.ts";
export type { Sounds } from "./acoustic/sounds.ts";
export { wordSpotter, WordSpotter } from "./words/spotter.ts";
export type { Calibration, SpotterFitOptions, WordAnswer, WordSpotterSpec } from "./words/spec.ts";
export type { WordRecording } from "./words/items.ts";
export { wordClassifier, WordClassifier } from "./words/classifier.ts";
export type {
  WordAdaptOptions,
  WordClassifierFitOptions,
  WordClassifierSpec,
  WordGuess,
} from "./words/classifier.ts";
export type { Detection, SpotterStream } from "./words/spotter-stream.ts";
export type { OperatingPoint } from "./words/threshold.ts";
export { speechRecognizer, SpeechRecognizer } from "./recognizer/recognizer.ts";
export type {
  HeardWord,
  RecognizeOptions,
  RecognizerAdaptOptions,
  RecognizerFitOptions,
  SpeechEvaluation,
  SpeechRecognizerSpec,
  TextRecording,
  Transcript,
} from "./recognizer/spec.ts";
export type { UnitName, UnitSpec } from "./recognizer/units.ts";
export { hybridRecognizer, HybridRecognizer } from "./hybrid/hybrid.ts";
export type {
  AlignmentRecord,
  HybridFitOptions,
  HybridRecognizerSpec,
  HybridReport,
  HybridTranscript,
  PlacedWord,
} from "./hybrid/spec.ts";
export { synthesizer, Synthesizer } from "./synthesizer/synthesizer.ts";
export type { SayOptions, SpokenWord, SynthesizerOptions, Utterance } from "./synthesizer/synthesizer.ts";
export { inventedSpeakers } from "./synthesizer/invented-speakers.ts";
export type { InventedSpeakersOptions } from "./synthesizer/invented-speakers.ts";
