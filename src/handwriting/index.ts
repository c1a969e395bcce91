/**
 * The public names of unrolled/handwriting: a reader with its net, the formats of ink that applications
 * write, and the recognizer of the web's proposal.
 */
import "../wasm/built-in.ts";

export { handwritingReader, HandwritingReader } from "./reader/reader.ts";
export type { HandwritingReaderFactory } from "./reader/reader.ts";
export { englishTexts } from "./reader/english.ts";
export type { ReaderStream, ReaderStreamOptions, StreamedText } from "./reader/stream.ts";
export type {
  Calibration,
  HandwritingReaderSpec,
  LearnOptions,
  LearnProgress,
  LearnReport,
  PenPoint,
  PenStroke,
  ReadCharacter,
  ReaderEvaluation,
  ReaderLanguage,
  ReaderModel,
  ReadOptions,
  ReadText,
  StrokePart,
  WrittenText,
} from "./reader/spec.ts";

export { handwritingWriter, HandwritingWriter } from "./writer/writer.ts";
export type { HandwritingWriterFactory } from "./writer/writer.ts";
export type { HandwritingWriterSpec, WriteOptions, WriterFitOptions, WrittenStroke } from "./writer/spec.ts";

export { strokesOf } from "./ink.ts";
export { readExcalidraw, readTldraw } from "./formats/drawings.ts";
export type { FileContent } from "./formats/content.ts";
export type { DrawnStroke, WrittenStrokes } from "./formats/drawn-strokes.ts";
export { readInkMLFile } from "./formats/inkml.ts";
export { pointerStrokes } from "./formats/pointer-events.ts";
export type { PointerLike } from "./formats/pointer-events.ts";
export { readSvgInk } from "./formats/svg-ink.ts";
export { readUnipenFile } from "./formats/unipen.ts";
export { writeInkML } from "./formats/write-inkml.ts";
export { readXournal } from "./formats/xournal.ts";

export {
  createHandwritingRecognizer,
  HandwritingDrawing,
  HandwritingRecognizer,
  HandwritingStroke,
  installHandwritingRecognizer,
  queryHandwritingRecognizer,
} from "./web/recognizer.ts";
export type { HandwritingWindow } from "./web/recognizer.ts";
export type {
  HandwritingDrawingSegment,
  HandwritingHints,
  HandwritingModelConstraint,
  HandwritingPoint,
  HandwritingPrediction,
  HandwritingRecognizerOptions,
  HandwritingRecognizerSupport,
  HandwritingSegment,
} from "./web/proposal.ts";
export { softWindow, type SoftWindowLayer } from "../models/network/optional/soft-window-layer.ts";
