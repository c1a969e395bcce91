/** The public names of unrolled, without kernels: `unrolled/core`. */

// loading
export { init, engine, engineInfo } from "./wasm/engine.ts";
export type { Engine, EngineInfo, InitOptions, LoadedEngine, Variant } from "./wasm/engine.ts";
export type { WasmSource } from "./wasm/wasm-source.ts";
export {
  ShapeError,
  OptionError,
  DataError,
  NumericError,
  MemoryError,
  DisposedError,
} from "./wasm/errors.ts";
export { Random } from "./wasm/random.ts";
export type { Floats, Memory, MemoryUsage, Precision } from "./wasm/memory.ts";
export type { Activation } from "./wasm/kernels.ts";
// networks
export { network, Network } from "./models/network/network.ts";
export type { PredictOptions } from "./models/network/forward.ts";
export type { LossGradient, NamedMatrix, ParameterView } from "./models/network/parameters.ts";
export type { LayerSummary, NetworkSummary } from "./models/network/summary.ts";
export type {
  Figures,
  FitOptions,
  FitProgress,
  FitRecord,
  FitReport,
  PlateauOptions,
} from "./models/network/fit.ts";
export type { EvaluateOptions, EvaluationData } from "./models/network/evaluate.ts";
export type { ForecastOptions, NetworkForecast } from "./models/network/forecast.ts";
export type { SampleOptions, NetworkSample } from "./models/network/sample.ts";
export type { CtcLoss, LossName, LossSpec, NetworkSpec } from "./models/network/spec.ts";
export { huber, mixture, negativeBinomial, quantile, studentT } from "./losses/optional/descriptions.ts";
export type {
  HuberLoss,
  MixtureLoss,
  NegativeBinomialLoss,
  QuantileLoss,
  SoftmaxLoss,
  StudentTLoss,
} from "./losses/optional/descriptions.ts";
export * from "./models/network/optional/layers.ts";
export * from "./models/network/optional/recurrent-layers.ts";
export {
  bidirectional,
  dense,
  embedding,
  delayTaps,
  dropout,
  skip,
  subsample,
} from "./models/network/layers.ts";
export { rnn, lstm, gru } from "./models/network/recurrent-layers.ts";
export type {
  BidirectionalLayer,
  DelayTapsLayer,
  DenseLayer,
  DropoutLayer,
  EmbeddingLayer,
  Layer,
  SkipLayer,
  SubsampleLayer,
} from "./models/network/layers.ts";
export type {
  GruLayer,
  Initialization,
  LstmLayer,
  RecurrentLayer,
  RecurrentOptions,
  RnnLayer,
} from "./models/network/recurrent-layers.ts";
export {
  constant,
  values,
  identity,
  normal,
  uniform,
  orthogonal,
  sparse,
} from "./models/network/initializers.ts";
export type { Initializer, SparseOptions } from "./models/network/initializers.ts";
export { unroll, Unrolled } from "./models/network/unroll.ts";
export { fix, tie, constrain, keepOrthogonal } from "./models/network/constraints.ts";
export type { Entries, NetworkConstraint } from "./models/network/constraints.ts";
export type { Stream } from "./models/network/stream.ts";
export type { StepTime, TrainEvent } from "./train/trainer.ts";
export type { OnlineOptions, OnlineReport, StepStream } from "./train/learn.ts";
export type { OnlineStep } from "./train/online.ts";
export type { TrainOptions } from "./train/options.ts";
export type { DataItem } from "./data/item.ts";
export type { Evaluation, Metric, MetricName } from "./train/metrics.ts";
export type { TrainingData, BatchSource, EpochSource } from "./train/feed.ts";
export type { FiniteTask, Item, Task } from "./train/task.ts";
// models with closed-form inference
export { autoregressive, Autoregressive } from "./models/autoregressive/autoregressive.ts";
export type {
  AutoregressiveOutputs,
  AutoregressiveParameters,
} from "./models/autoregressive/autoregressive.ts";
export type { AutoregressiveReport } from "./models/autoregressive/order-selection.ts";
export type { AutoregressiveSpec } from "./models/autoregressive/spec.ts";
export type { AutoregressiveStep, AutoregressiveStream } from "./models/autoregressive/stream.ts";
export { hmm } from "./models/hmm/hmm.ts";
export { Hmm, type HmmFiltered } from "./models/hmm/model.ts";
export type { HmmFitOptions } from "./models/hmm/run-fit.ts";
export type { HmmPrior, HmmSnapshot } from "./models/hmm/fit.ts";
export type { HmmStream, HmmStep, HmmPrediction } from "./models/hmm/stream.ts";
export type { HmmCandidate, HmmChoices, HmmSelection, HmmSelectOptions } from "./models/hmm/select.ts";
export type { Criteria } from "./models/hmm/criteria.ts";
export type { HmmSpec } from "./models/hmm/spec.ts";
export type { Beliefs, HmmBelief } from "./models/hmm/emissions/beliefs.ts";
export type { Covariance, EmissionName, EmissionSpec } from "./models/hmm/emissions/make.ts";
export type { EmissionParameters } from "./models/hmm/read-parameters.ts";
export type { ViterbiPath } from "./inference/forward-backward.ts";
export { lds, Lds } from "./models/lds/lds.ts";
export type {
  AfterHistory,
  Driven,
  Filtered,
  LdsGradient,
  LdsParameters,
  LikelihoodOptions,
  Smoothed,
} from "./models/lds/answers.ts";
export type { LdsFitOptions } from "./models/lds/fit.ts";
export type { Fixed, FixedEntries, LdsName } from "./models/lds/fixed.ts";
export { arima, Arima } from "./models/structural/arima.ts";
export type { ArimaSeason, ArimaSpec } from "./models/structural/arima-family.ts";
export { structural, Structural, type Component } from "./models/structural/structural.ts";
export type { SeasonSpec, StructuralSpec } from "./models/structural/structural-family.ts";
export type { Forecast, ParameterInterval, WithInputs } from "./models/structural/answers.ts";
export type { StateSpaceCriteria } from "./models/structural/criteria.ts";
export type { StateSpaceModel } from "./models/structural/model.ts";
export type {
  CorrelationTest,
  Diagnostics,
  NormalityTest,
  TestResult,
} from "./models/structural/diagnostics.ts";
export type { Disturbances } from "./models/structural/simulation.ts";
export { localLevel, type LocalLevelSpec } from "./models/lds/local-level.ts";
export type { GaussianOutputs, GaussianStates } from "./models/lds/outputs.ts";
export type { LdsSample } from "./models/lds/sampling.ts";
export type { InitialOption, LdsSpec } from "./models/lds/spec.ts";
export { languageModel, NeuralLanguageModel } from "./models/language-model/language-model.ts";
export type {
  EachWords,
  LanguageModelSampleOptions,
  WordForecast,
  WordSample,
} from "./models/language-model/language-model.ts";
export type { LanguageModelSpec } from "./models/language-model/spec.ts";
export { LanguageModelStream } from "./models/language-model/stream.ts";
export type {
  LanguageModelFitOptions,
  LanguageModelProgress,
  LanguageModelReport,
} from "./models/language-model/fit.ts";
export type { Words, WordSequences } from "./models/language-model/words.ts";
export type { LdsStream, StreamStep } from "./models/lds/stream.ts";
export type { MatrixOption } from "./data/matrix.ts";
export type { EmEvent, EmOptions, EmReport } from "./train/em.ts";
export type { InferenceEngine } from "./inference/inference-engine.ts";
export type { Each, Sequence, Sequences } from "./data/sequence.ts";
// optimizers
export { sgd } from "./optim/sgd.ts";
export { momentum } from "./optim/momentum.ts";
export { nesterov } from "./optim/nesterov.ts";
export { adam, adamW } from "./optim/adam.ts";
export { rmsprop } from "./optim/rmsprop.ts";
export { hessianFree } from "./optim/hessian-free.ts";
export type { DescentOptions } from "./optim/descent.ts";
export type { ParameterGroup } from "./optim/groups.ts";
export type { MomentumOptions } from "./optim/momentum.ts";
export type { AdamOptions } from "./optim/adam.ts";
export type { RmspropOptions } from "./optim/rmsprop.ts";
export type { HessianFreeOptions, HessianFreeReport } from "./optim/hessian-free.ts";
export { piecewise, ramp, risingMomentum, warmUp } from "./optim/schedule.ts";
export { cosine, oneCycle, type CosineOptions, type OneCycleOptions } from "./optim/cosine.ts";
export type { Schedule } from "./optim/schedule.ts";
export type {
  Optimizer,
  OptimizerRun,
  OptimizerState,
  StepReport,
  Objective,
  CurvatureObjective,
} from "./optim/optimizer.ts";
// dynamics
export { stateMap, StateMap, type Linearization, type StateMapSpec } from "./analysis/state-map.ts";
export { lyapunovExponents } from "./analysis/lyapunov.ts";
export { fixedPoints } from "./analysis/fixed-points.ts";
export type { LyapunovOptions } from "./analysis/lyapunov.ts";
export type { FixedPoint, FixedPointOptions } from "./analysis/fixed-points.ts";
export type { Spectrum } from "./inference/spectrum.ts";
export { oscillation, type Oscillation } from "./analysis/oscillation.ts";
export { gradientWall, type GradientWall, type GradientWallOptions } from "./analysis/gradient-wall.ts";
export { gradientNorms, fittedRate } from "./analysis/gradient-norms.ts";
export { memoryCell, writeKeepRead } from "./analysis/memory-cell.ts";
export type { LayerGradientNorms } from "./analysis/gradient-norms.ts";
// echo state networks
export { esn, Esn } from "./models/esn/esn.ts";
export type { EsnFitOptions, EsnParameters, EsnProgress, EsnReport } from "./models/esn/esn.ts";
export type { EsnForecast, EsnForecastOptions } from "./models/esn/forecast.ts";
export type * from "./models/esn/reservoir-options.ts";
export type { EsnSpec, FullEsnSpec } from "./models/esn/spec.ts";
export type { EsnOnline, EsnStreamOptions } from "./models/esn/online.ts";
export type { EsnStream } from "./models/esn/stream.ts";
// tasks
export { longLag, type LongLagName } from "./tasks/long-lag/long-lag.ts";
export type { LongLagOptions, Variant as LongLagVariant } from "./tasks/long-lag/scoring.ts";
export { tasks } from "./tasks/tasks.ts";
export { nextStep } from "./tasks/next-step.ts";
export { centered, outputBias, taskMeans, type CenteredTask, type TaskMeans } from "./tasks/centered.ts";
export type { NextStepOptions } from "./tasks/next-step.ts";
// decoding of labels
export { bestPath } from "./inference/best-path.ts";
export { beamSearch } from "./inference/beam-search.ts";
export { NGram } from "./inference/ngram.ts";
export { editDistance, labelErrors } from "./inference/edit-distance.ts";
export type { Emission } from "./inference/best-path.ts";
export type { BeamOptions, Hypothesis, LanguageModel } from "./inference/beam-search.ts";
export type { LabelErrors } from "./inference/edit-distance.ts";
// jobs by name
export { JobStream, SequenceJob } from "./jobs/job.ts";
export type { JobFitOptions, JobSpec } from "./jobs/job-net.ts";
export type { LabelEvaluation } from "./jobs/labels.ts";
export { sequenceClassifier, SequenceClassifier } from "./jobs/classifier.ts";
export type { Classification, LabeledSequence, SequenceClassifierSpec } from "./jobs/classifier.ts";
export { sequenceLabeler, SequenceLabeler } from "./jobs/labeler.ts";
export type { Labeling, SequenceLabelerSpec, StepLabels } from "./jobs/labeler.ts";
export { sequenceRegressor, SequenceRegressor } from "./jobs/regressor.ts";
export type { MeasuredSequence, RegressorEvaluation, SequenceRegressorSpec } from "./jobs/regressor.ts";

export { workerPool, type PoolOptions, type WorkerPool } from "./parallel/pool.ts";
// text, automata, figures
export { Vocabulary } from "./tasks/text.ts";
export { extractAutomaton, hiddenNet } from "./analysis/extract-automaton.ts";
export { learnAddition } from "./analysis/learn-addition.ts";
export type { AttemptState, Learned, LearnOptions, LearnStep } from "./analysis/learn-addition.ts";
export type { Extracted, Pattern } from "./analysis/patterns.ts";
export type { Automaton, ExtractAutomatonOptions } from "./analysis/extract-automaton.ts";
export { invariantBoxes, type Box, type Invariance } from "./analysis/invariant-boxes.ts";
export type { Moore } from "./inference/moore.ts";
export { plot, plots, type PlotOptions } from "./figures/plot.ts";
export type {
  BandMark,
  BarsMark,
  LineMark,
  Mark,
  PointsMark,
  RasterMark,
  RuleMark,
  Series,
  TextMark,
} from "./figures/marks.ts";
export type { Axis } from "./figures/scale.ts";
export type { ColorMap } from "./figures/raster.ts";
export { diagram, type DiagramEdge, type DiagramNode, type DiagramOptions } from "./figures/diagram.ts";
export { learningCurve } from "./figures/learning-curve.ts";
export type { LearningCurveOptions, LearningRecord, LearningReport } from "./figures/learning-curve.ts";
export { confusionMatrix, type ConfusionMatrixOptions } from "./figures/confusion-matrix.ts";
export { panels, svg, type Figure } from "./figures/svg.ts";
// handwriting
export { inkFeatures } from "./handwriting/input.ts";
export { normalize, thin, distort } from "./handwriting/shape.ts";
export { readTexts } from "./handwriting/reading.ts";
export { netLanguage } from "./handwriting/net-language.ts";
export { drawnWord, drawnWords } from "./handwriting/letters.ts";
export { pointsOf, strokeRanges, type Ink, type StrokeRange } from "./handwriting/ink.ts";
export { handwritingItem, scriptOf } from "./handwriting/script.ts";
export { InkBatches } from "./handwriting/batches.ts";
export { readHandwriting } from "./handwriting/read-folder.ts";
export { readingTrace } from "./handwriting/reading-trace.ts";
export { readInk } from "./handwriting/formats/ink-folder.ts";
export { readIamOnDB } from "./handwriting/formats/iam-ondb.ts";
export { readUnipen } from "./handwriting/formats/unipen.ts";
export { readInkML } from "./handwriting/formats/inkml.ts";
export { readSequences } from "./formats/sequence-table.ts";
export type { SequenceTable, SequenceTableOptions, TableSequence } from "./formats/sequence-table.ts";
export { readTimeSeriesFile, type ArchiveCase, type TimeSeriesFile } from "./formats/time-series-file.ts";
export { memoryFolder, type Folder } from "./formats/folder.ts";
export type { InkIndex, InkItem } from "./handwriting/formats/ink-folder.ts";
export type { ReadFolderOptions } from "./handwriting/read-folder.ts";
export type { InkFeatures, InkInput } from "./handwriting/input.ts";
export type { DistortOptions, NormalizeOptions } from "./handwriting/shape.ts";
export type { ReadingOptions } from "./handwriting/reading.ts";
export type { InkBatchOptions } from "./handwriting/batches.ts";
export type { Script } from "./handwriting/script.ts";
export type { CellTrace, ReadingTrace } from "./handwriting/reading-trace.ts";
// forecasting as a job
export { forecaster, Forecaster } from "./forecasting/forecaster.ts";
export type * from "./forecasting/answers.ts";
export type { CalendarName } from "./forecasting/calendar.ts";
export type { ForecastInputs, ForecastTable } from "./forecasting/table.ts";
export type { ForecastModelName } from "./forecasting/models/registry.ts";
export type { ForecastScores } from "./forecasting/scores.ts";
export type { ForecasterRules, ForecasterSpec } from "./forecasting/spec.ts";
