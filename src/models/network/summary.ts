/** What a net is made of: layers, shapes, weights, bytes, and the multiply-adds of one step. */
import type { BuiltGraph } from "./build.ts";
import type { NetworkSpec } from "./spec.ts";
import { lossOf } from "./spec.ts";

/** One layer. */
export interface LayerSummary {
  /** Type and place in the stack: "lstm1". */
  readonly name: string;
  /** Values a step in and out. */
  readonly shape: readonly [input: number, output: number];
  /** Numbers that are learned. */
  readonly weights: number;
  /** Multiply-adds of its products, for one step of the layer. */
  readonly multiplyAdds: number;
}

/** A net in figures. `String(summary)` is a table. */
export interface NetworkSummary {
  /** In the order of the net, from the input on. */
  readonly layers: readonly LayerSummary[];
  /** Numbers that are learned. */
  readonly weights: number;
  /** Numbers that an optimizer moves: as many as weights, or fewer where constraints hold. */
  readonly free: number;
  /** Bytes of the weights in memory. */
  readonly bytes: number;
  /** Multiply-adds of all layers' products, each for one step. */
  readonly multiplyAdds: number;
  /** Names of the columns of `predict` that are parameters of a distribution, or quantiles; else none. */
  readonly outputs: readonly string[];
  /** A table for the screen, one line a layer. */
  toString(): string;
}

/** Matrices that multiply a vector, by the last part of their names; a table of rows is only looked up. */
const isTable = (name: string): boolean => /\.table$/.test(name);

/** Figures of a built net with F free numbers. */
export function summarize(
  spec: Required<NetworkSpec>,
  { graph, layers }: BuiltGraph,
  free: number,
): NetworkSummary {
  const first = graph.node(0);
  const symbols = first.data?.symbols;
  let width = symbols ?? first.columns;
  const rows = layers.map((node, i): LayerSummary => {
    const name = `${spec.layers[i].type}${i + 1}`;
    const own = graph.parameters.filter((p) => p.name.startsWith(`${name}.`));
    const size = (list: typeof own): number => list.reduce((sum, p) => sum + p.rows * p.columns, 0);
    const looksUp = i === 0 && symbols !== undefined;
    const products = own.filter(
      (p) => p.rows > 1 && !isTable(p.name) && !(looksUp && /\.(W|Wx)$/.test(p.name)),
    );
    const { columns } = graph.node(node);
    const shape = [width, columns] as const;
    width = columns;
    return { name, shape, weights: size(own), multiplyAdds: size(products) };
  });
  const sum = (of: (row: LayerSummary) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const weights = sum((row) => row.weights);
  const summary = {
    layers: rows,
    weights,
    free,
    bytes: weights * (spec.precision === "float32" ? 4 : 8),
    multiplyAdds: sum((row) => row.multiplyAdds),
    outputs: lossOf(spec.loss).names?.(width) ?? [],
  };
  return { ...summary, toString: () => table(spec, summary) };
}

function table(spec: Required<NetworkSpec>, { layers, ...all }: Omit<NetworkSummary, "toString">): string {
  const lines = [
    ["layer", "in", "out", "weights", "multiply-adds"],
    ...layers.map(({ name, shape, weights, multiplyAdds }) =>
      [name, ...shape, weights, multiplyAdds].map(String),
    ),
    ["all", "", "", String(all.weights), String(all.multiplyAdds)],
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join("  ");
  const bound = all.free < all.weights ? `, ${all.free} numbers free` : "";
  const head = `network: ${lossOf(spec.loss).name}, ${spec.precision}, ${all.bytes} bytes of weights${bound}`;
  return [head, ...lines.map((cells) => `  ${line(cells)}`)].join("\n");
}
