/** Moore machines drawn: as a table in text, and as a state diagram in SVG. */
import type { Moore } from "../inference/moore.ts";
import { diagram } from "../figures/diagram.ts";
import { type Figure } from "../figures/svg.ts";

/** The name of a state: its meaning, or a letter. */
const stateName = (m: Moore, s: number): string =>
  m.names?.[s] ?? (m.next.length <= 26 ? String.fromCharCode(65 + s) : `S${s}`);

/** Symbols that lead to the same place from every state, as one name: "0+1, 1+0". */
function groups(m: Moore): { label: string; symbol: number }[] {
  const found = new Map<string, { names: string[]; symbol: number }>();
  m.symbols.forEach((name, a) => {
    const key = m.next.map((row) => row[a]).join(" ");
    const group = found.get(key);
    if (group) group.names.push(name);
    else found.set(key, { names: [name], symbol: a });
  });
  return [...found.values()].map(({ names, symbol }) => ({ label: names.join(", "), symbol }));
}

/** The machine as a table: a line a state, the start marked by an arrow. */
export function automatonText(m: Moore): string {
  const columns = groups(m);
  const states = m.next.map((_, s) => s);
  const rows = [
    ["", "state", "prints", ...columns.map((c) => c.label)],
    ...states.map((s) => [
      s === m.start ? "→" : "",
      stateName(m, s),
      m.outputs[s] ?? "-",
      ...columns.map((c) => `→ ${stateName(m, m.next[s][c.symbol])}`),
    ]),
  ];
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  const line = (row: string[]): string =>
    row
      .map((text, c) => text.padEnd(widths[c]))
      .join("  ")
      .trimEnd();
  return [line(rows[0]), widths.map((w) => "─".repeat(w)).join("──"), ...rows.slice(1).map(line)].join("\n");
}

export interface AutomatonFigureOptions {
  title?: string;
  note?: string;
  /** Column and row of each state; absent: on a circle. */
  places?: readonly (readonly [number, number])[];
}

/** The machine as a state diagram. */
export function automatonFigure(m: Moore, options: AutomatonFigureOptions = {}): Figure {
  const columns = groups(m);
  const { places, ...rest } = options;
  return diagram({
    ...rest,
    start: m.start,
    nodes: m.next.map((_, s) => ({
      lines: m.names
        ? m.names[s].split(", ")
        : [stateName(m, s), m.outputs[s] === undefined ? "" : `prints ${m.outputs[s]}`],
      place: places?.[s],
    })),
    edges: m.next.flatMap((row, s) =>
      columns.map(({ label, symbol }) => ({ from: s, to: row[symbol], label })),
    ),
  });
}
