/**
 * The public names of unrolled/speech: from sound pressures to features, files of sound, where words stand.
 */
export { frontEnd, FrontEnd } from "./front-end.ts";
export type { RateOption } from "./front-end.ts";
export type { FrontEndStream } from "./front-end-stream.ts";
export type { FrontEndOptions, FrontEndSpec } from "./options.ts";
export type { Samples } from "./samples.ts";
export { readWav, writeWav } from "./wav.ts";
export type { Recording } from "./wav.ts";
export { alignLabels } from "../inference/align-labels.ts";
export type { Alignment, AlignOptions, LabelScores, Span, Wanted } from "../inference/align-labels.ts";
