/** The public names of unrolled/anomalies: what stands out in a series, and where it changes for good. */
import "../wasm/built-in.ts";

export { anomalyDetector, AnomalyDetector } from "./detector.ts";
export type { Anomalies } from "./detector.ts";
export type { AnomalySpec, Surprise, SurprisingModel, SurprisingStream } from "./spec.ts";
export { AnomalyStream } from "./stream.ts";
export type { AnomalyStep } from "./stream.ts";
export type { TailName } from "./extremes.ts";
export { rareScore, surprises } from "./surprise.ts";
export type { RareScoreOptions } from "./surprise.ts";
export { changePoints } from "./change-points.ts";
export type { ChangeOf, ChangePointOptions } from "./change-points.ts";
