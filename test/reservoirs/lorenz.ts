/** The system of Lorenz (1963): σ = 10, ρ = 28, β = 8/3. */

type State = readonly [number, number, number];

const slope = ([x, y, z]: State): State => [10 * (y - x), x * (28 - z) - y, x * y - (8 / 3) * z];
const moved = (s: State, d: State, by: number): State => [
  s[0] + by * d[0],
  s[1] + by * d[1],
  s[2] + by * d[2],
];

/** One step of Runge and Kutta, order 4. */
function advance(s: State, h: number): State {
  const a = slope(s);
  const b = slope(moved(s, a, h / 2));
  const c = slope(moved(s, b, h / 2));
  const d = slope(moved(s, c, h));
  return [0, 1, 2].map((i) => s[i] + (h / 6) * (a[i] + 2 * b[i] + 2 * c[i] + d[i])) as unknown as State;
}

/** Rows [steps][3], 0.025 apart, after a transient, and the standard deviation of each variable. */
export function lorenz(steps: number): { rows: number[][]; scale: number[] } {
  const FINE = 10;
  let s: State = [17.677, 12.931, 43.914];
  const rows: number[][] = [];
  for (let t = -200; t < steps; ++t) {
    if (t >= 0) rows.push([...s]);
    for (let i = 0; i < FINE; ++i) s = advance(s, 0.025 / FINE);
  }
  const scale = [0, 1, 2].map((i) => {
    const mean = rows.reduce((sum, row) => sum + row[i], 0) / steps;
    return Math.sqrt(rows.reduce((sum, row) => sum + (row[i] - mean) ** 2, 0) / steps);
  });
  return { rows, scale };
}
