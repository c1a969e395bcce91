/** The public names of unrolled. */

// loading
export { init, engine, engineInfo } from "./wasm/engine.ts";
export type { Engine, EngineInfo, InitOptions, Variant } from "./wasm/engine.ts";
export type { WasmSource } from "./wasm/source.ts";
export { ShapeError, OptionError, DataError, NumericError, DisposedError } from "./wasm/errors.ts";
export { Random } from "./wasm/random.ts";
export type { Precision } from "./wasm/memory.ts";

// networks
export { network, Network } from "./models/network.ts";
export type { ParameterView, PredictOptions } from "./models/network.ts";
export type { CtcLoss, LossName, LossSpec, NetworkSpec } from "./models/spec.ts";
export { rnn, lstm, gru, bidirectional, dense, embedding, delayTaps, dropout, skip, subsample } from "./models/layers.ts";
export type { Layer, RecurrentLayer, RecurrentOptions, Initialization } from "./models/layers.ts";
export { constant, normal, uniform, orthogonal, sparse } from "./models/initialization.ts";
export { unroll, Unrolled } from "./models/unroll.ts";
export { fix, tie, constrain } from "./models/constraints.ts";
export type { Stream } from "./models/stream.ts";
export type { TrainEvent, TrainOptions } from "./train/trainer.ts";
export type { DataItem, Numbers } from "./train/data.ts";
export type { Evaluation } from "./train/metrics.ts";
export type { TrainingData, BatchSource } from "./train/source.ts";
export type { Item, Task } from "./train/task.ts";

// models with closed-form inference
export { autoregressive, Autoregressive } from "./models/autoregressive.ts";
export type { AutoregressiveOutputs, AutoregressiveReport, AutoregressiveSpec } from "./models/autoregressive.ts";
export { hmm, Hmm } from "./models/hmm.ts";
export type { HmmFitOptions, HmmPrediction, ViterbiPath } from "./models/hmm.ts";
export type { EmissionName, EmissionParameters, HmmSpec } from "./models/hmm-parameters.ts";
export { lds, localLevel, Lds } from "./models/lds.ts";
export type { Filtered, GaussianOutputs, GaussianStates, LdsFitOptions, LikelihoodOptions, Smoothed } from "./models/lds.ts";
export type { LdsName, LdsSpec } from "./models/lds-parameters.ts";
export { languageModel, NeuralLanguageModel } from "./models/language-model.ts";
export type { LanguageModelSpec, LanguageModelFit, LanguageModelReport, Words, WordSequences } from "./models/language-model.ts";
export type { LdsStream, StreamStep } from "./models/lds-stream.ts";
export type { MatrixOption } from "./models/matrix-option.ts";
export type { EmEvent, EmOptions, EmReport } from "./train/em.ts";
export type { Each, Sequence, Sequences } from "./inference/sequences.ts";

// optimizers
export { sgd } from "./optim/sgd.ts";
export { momentum } from "./optim/momentum.ts";
export { nesterov } from "./optim/nesterov.ts";
export { adam } from "./optim/adam.ts";
export { rmsprop } from "./optim/rmsprop.ts";
export { hessianFree } from "./optim/hessian-free.ts";
export type { HessianFreeOptions, HessianFreeReport } from "./optim/hessian-free.ts";
export { piecewise, ramp, risingMomentum } from "./optim/schedule.ts";
export type { Optimizer, OptimizerRun, Objective, CurvatureObjective } from "./optim/optimizer.ts";

// dynamics
export { stateMap, StateMap } from "./analysis/state-map.ts";
export type { StateMapSpec } from "./analysis/state-map.ts";
export { lyapunovExponents } from "./analysis/lyapunov.ts";
export { fixedPoints } from "./analysis/fixed-points.ts";
export type { FixedPoint } from "./analysis/fixed-points.ts";
export { oscillation } from "./analysis/oscillation.ts";
export { gradientWall } from "./analysis/gradient-wall.ts";
export { gradientNorms, fittedRate } from "./analysis/gradient-norms.ts";
export { memoryCell, writeKeepRead } from "./analysis/memory-cell.ts";

// echo state networks
export { esn, Esn } from "./models/esn.ts";
export type { EsnSpec } from "./models/esn.ts";
export type { EsnStream } from "./models/esn-stream.ts";

// tasks
export { longLag } from "./tasks/long-lag/table.ts";
export type { LongLagName } from "./tasks/long-lag/table.ts";
export type { LongLagOptions } from "./tasks/long-lag/scoring.ts";
export { tasks } from "./tasks/tasks.ts";
export { nextStep } from "./tasks/next-step.ts";
export { centered, outputBias, taskMeans } from "./tasks/centered.ts";
export type { CenteredTask, TaskMeans } from "./tasks/centered.ts";

// decoding of labels
export { bestPath } from "./inference/best-path.ts";
export { beamSearch } from "./inference/beam-search.ts";
export { NGram } from "./inference/ngram.ts";
export { editDistance, labelErrors } from "./inference/edit-distance.ts";
export type { Emission } from "./inference/best-path.ts";
export type { BeamOptions, Hypothesis, LanguageModel } from "./inference/beam-search.ts";
export type { LabelErrors } from "./inference/edit-distance.ts";

// workers
export { workerPool } from "./parallel/pool.ts";
export type { PoolOptions, WorkerPool } from "./parallel/pool.ts";

// text, automata, figures
export { Vocabulary } from "./tasks/text.ts";
export { sample } from "./models/sample.ts";
export type { SampleOptions } from "./models/sample.ts";
export { extractAutomaton } from "./analysis/extract-automaton.ts";
export type { Automaton, ExtractAutomatonOptions } from "./analysis/extract-automaton.ts";
export { invariantBoxes } from "./analysis/invariant-boxes.ts";
export type { Moore } from "./inference/moore.ts";
export { plot } from "./analysis/plot.ts";
export type { Mark, PlotOptions } from "./analysis/plot.ts";
export { diagram } from "./analysis/plot-diagram.ts";
export { panels, svg } from "./analysis/plot-svg.ts";

// handwriting
export { inkFeatures } from "./tasks/handwriting-input.ts";
export { normalize, thin, distort } from "./tasks/handwriting-shape.ts";
export { readTexts, scriptOf, netLanguage } from "./tasks/handwriting-reading.ts";
export { drawnWord, drawnWords } from "./tasks/handwriting-letters.ts";
export { handwritingItem, Lessons } from "./tasks/handwriting.ts";
export { readingTrace } from "./analysis/reading-trace.ts";
export { readInk } from "./formats/ink.ts";
export { readIamOnDB } from "./formats/iam-ondb.ts";
export { readUnipen } from "./formats/unipen.ts";
export { readInkML } from "./formats/inkml.ts";
export { memoryFolder } from "./formats/folder.ts";
export type { Folder } from "./formats/folder.ts";
export type { Ink } from "./formats/ink.ts";
export type { InkFeatures, InkInput } from "./tasks/handwriting-input.ts";
export type { DistortOptions, NormalizeOptions } from "./tasks/handwriting-shape.ts";
export type { Script } from "./tasks/handwriting.ts";
export type { CellTrace, ReadingTrace } from "./analysis/reading-trace.ts";
