/**
 * InkML (W3C 2011): `<trace>`s of points, with the channels of the context that is current or that the trace,
 * or a group around it, names. Traces of the lifted pen are no ink. What is written is the annotation of type
 * truth, label or normalizedLabel, of the document, or of the group that holds all its traces.
 */
import { readText, type Folder } from "../../formats/folder.ts";
import { DataError } from "../../wasm/errors.ts";
import { InkPoints, POINT, strokesOf, type Ink } from "../ink.ts";
import { textOf, type FileContent } from "./content.ts";
import { checkPoints, type WrittenStrokes } from "./drawn-strokes.ts";
import { faultIn, lineFault, type Fault, type InkFormat } from "./ink-format.ts";
import { defaultChannels, readTrace, type Channels } from "./inkml-trace.ts";
import { tags, type Tag } from "./xml.ts";

/** Types of annotations that say what is written, the best first. */
const TRUTHS = ["truth", "label", "normalizedLabel"];

/** What is written, and the place of its type among TRUTHS. */
interface Truth {
  readonly text: string;
  readonly rank: number;
}

const better = (old: Truth | undefined, found: Truth): Truth => (old && old.rank <= found.rank ? old : found);

/** An element that is open. */
interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Traces before it. */
  readonly traces: number;
  /** Channels that it, or an element inside it, has declared. */
  channels?: Channels;
  /** Names of channels, of a traceFormat. */
  readonly required: string[];
  readonly intermittent: string[];
  truth?: Truth;
}

/** What has been read of a document. */
class InkmlDocument {
  readonly #fail: Fault;
  readonly #open: Open[] = [];
  /** Channels by the reference to what declares them: "#id". */
  readonly #declared = new Map<string, Channels>();
  #current = defaultChannels;
  #lastTrace: string | undefined;
  #traces = 0;
  #truth: Truth | undefined;
  readonly #groups: { readonly from: number; readonly to: number; readonly truth: Truth }[] = [];
  readonly points: InkPoints;

  constructor(fail: Fault, capacity: number) {
    this.#fail = fail;
    this.points = new InkPoints(capacity);
  }

  /** What is written: of the whole, or of the outermost group that holds every trace. */
  get text(): string {
    const whole = this.#groups.filter(({ from, to }) => from === 0 && to === this.#traces);
    return (this.#truth ?? whole.at(-1)?.truth)?.text ?? "";
  }

  take({ name, attributes, end, text, line }: Tag): void {
    if (!end) {
      this.#open.push({ name, attributes, traces: this.#traces, required: [], intermittent: [] });
      return;
    }
    const element = this.#open.pop()!;
    if (name === "channel") this.#endChannel(element);
    else if (name === "traceFormat") this.#endTraceFormat(element, line);
    else if (name === "inkSource") this.#endInkSource(element);
    else if (name === "context") this.#endContext(element, line);
    else if (name === "annotation") this.#endAnnotation(element, text.trim());
    else if (name === "traceGroup") this.#endGroup(element);
    else if (name === "trace") this.#endTrace(element, text, line);
  }

  /** The innermost open element of some names. */
  #inside(...names: string[]): Open | undefined {
    for (let i = this.#open.length - 1; i >= 0; --i)
      if (names.includes(this.#open[i].name)) return this.#open[i];
    return undefined;
  }

  #endChannel({ attributes }: Open): void {
    const format = this.#inside("traceFormat");
    const list = this.#inside("intermittentChannels") ? format?.intermittent : format?.required;
    list?.push(attributes.get("name") ?? "");
  }

  #endTraceFormat(element: Open, line: number): void {
    const { required, intermittent } = element;
    const x = required.indexOf("X");
    const y = required.indexOf("Y");
    if (x < 0 || y < 0) throw this.#fail(line, `channels ${required.join(" ")}, want X and Y among them`);
    element.channels = { x, y, required: required.length, allowed: required.length + intermittent.length };
    this.#declare(element);
  }

  #endInkSource(element: Open): void {
    if (element.channels) this.#declare(element);
  }

  #endContext(element: Open, line: number): void {
    for (const name of ["traceFormatRef", "inkSourceRef", "contextRef"])
      element.channels ??= this.#referred(element, name, line);
    element.channels ??= this.#current;
    this.#declare(element);
  }

  /**
   * Makes channels known by their element's name, and to what is around it; what has no name is current at
   * once.
   */
  #declare({ name, attributes, channels }: Open): void {
    const id = attributes.get("xml:id") ?? attributes.get("id");
    if (id !== undefined) this.#declared.set(`#${id}`, channels!);
    const around = this.#inside("inkSource", "context");
    if (around) around.channels ??= channels;
    else if (!this.#inside("definitions") || (id === undefined && name === "traceFormat"))
      this.#current = channels!;
  }

  #referred({ attributes }: Open, name: string, line: number): Channels | undefined {
    const reference = attributes.get(name);
    if (reference === undefined || reference === "#DefaultContext") return undefined;
    const found = this.#declared.get(reference.startsWith("#") ? reference : `#${reference}`);
    if (!found && name !== "inkSourceRef")
      throw this.#fail(line, `${name} "${reference}" names nothing that stands above it`);
    return found;
  }

  #endAnnotation({ attributes }: Open, text: string): void {
    const rank = TRUTHS.indexOf(attributes.get("type") ?? "");
    if (rank < 0 || text === "" || this.#inside("definitions") || this.#inside("trace")) return;
    const group = this.#inside("traceGroup");
    if (group) group.truth = better(group.truth, { text, rank });
    else this.#truth = better(this.#truth, { text, rank });
  }

  #endGroup({ traces, truth }: Open): void {
    if (truth && this.#traces > traces) this.#groups.push({ from: traces, to: this.#traces, truth });
  }

  #endTrace(element: Open, text: string, line: number): void {
    if (element.attributes.get("type") === "penUp") return;
    const { points } = this;
    const before = points.count;
    this.#continue(element, line);
    const fault = readTrace(text, this.#channelsOf(element, line), (x, y) => points.add(x, y));
    if (fault) throw this.#fail(line, fault);
    if (points.count === before) return;
    points.endStroke();
    ++this.#traces;
    this.#lastTrace = element.attributes.get("xml:id") ?? element.attributes.get("id");
  }

  /** A trace that continues the last one goes on with its stroke; W3C 2011, section 3.2.2. */
  #continue({ attributes }: Open, line: number): void {
    const continuation = attributes.get("continuation");
    if (continuation !== "middle" && continuation !== "end") return;
    const prior = attributes.get("priorRef")?.replace(/^#/, "");
    if (prior !== undefined && prior !== this.#lastTrace)
      throw this.#fail(line, `a trace that continues "${prior}", want the trace before it`);
    this.points.resumeStroke();
  }

  #channelsOf(trace: Open, line: number): Channels {
    const groups = this.#open.filter(({ name }) => name === "traceGroup").reverse();
    for (const element of [trace, ...groups]) {
      const channels = this.#referred(element, "contextRef", line);
      if (channels) return channels;
    }
    return this.#current;
  }
}

/** How many points a document holds at most: a comma or a trace stands before each. */
function pointsAtMost(xml: string): number {
  let count = 0;
  for (const mark of [",", "trace"])
    for (let at = xml.indexOf(mark); at >= 0; at = xml.indexOf(mark, at + 1)) ++count;
  return count;
}

/** All traces of a document, and what is written; "" where that is unknown. */
function parseInkml(xml: string, fail: Fault): Pick<Ink, "points" | "text"> {
  const document = new InkmlDocument(fail, pointsAtMost(xml));
  for (const tag of tags(xml, fail)) document.take(tag);
  if (document.points.count === 0) throw fail(1, "no traces with points");
  return { text: document.text, points: document.points.slice() };
}

/**
 * The ink of one InkML file: all its traces as one sample; `text` is empty where it is unknown what is
 * written. Throws DataError that names file and line.
 */
export async function readInkML(folder: Folder, file: string): Promise<Ink> {
  const xml = await readText(folder, file, { legacy: "latin1" });
  return { id: file, ...parseInkml(xml, faultIn(folder, file)) };
}

/**
 * The strokes of an InkML file, given as text or bytes, and what is written; "" where the file does not say.
 * What `writeInkML` writes reads back. Throws DataError that names the line.
 */
export function readInkMLFile(content: FileContent): WrittenStrokes {
  const who = "readInkMLFile";
  const xml = textOf(who, content, { legacy: "latin1" });
  const { text, points } = parseInkml(xml, lineFault(who));
  checkPoints(points.length / POINT, (what) => new DataError(`${who}: ${what}`));
  return { strokes: strokesOf(points), text };
}

async function* readAll(folder: Folder): AsyncGenerator<Ink, void, void> {
  for (const file of await folder.list(".")) if (file.endsWith(".inkml")) yield readInkML(folder, file);
}

/** Every .inkml file of a folder. */
export const inkml: InkFormat = {
  holds: ".inkml files",
  recognizes: async (folder) => (await folder.list(".")).some((file) => file.endsWith(".inkml")),
  read: readAll,
};
