// Training sequences made from others by what does not change their label: noise, scale, speed, and turns of
// the device in space. Every number is drawn from a seed by the library's own generator.
import "../dist/wasm/built-in.js";
import { engine } from "../dist/wasm/engine.js";
import { Random } from "../dist/wasm/random.js";

const STREAM = 77; // of random numbers: one that no training draws from

/** A rotation of space [3][3] by a unit quaternion that is uniform on its sphere (Shoemake 1992). */
function rotation(random) {
  const q = Array.from({ length: 4 }, () => random.normal());
  const norm = Math.sqrt(q.reduce((sum, v) => sum + v * v, 0));
  const [w, x, y, z] = q.map((v) => v / norm);
  return [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
}

/** Standard deviation of each column over all steps. */
function deviations(items) {
  const rows = items.flatMap(({ input }) => input);
  return rows[0].map((_, d) => {
    const mean = rows.reduce((sum, row) => sum + row[d], 0) / rows.length;
    return Math.sqrt(rows.reduce((sum, row) => sum + (row[d] - mean) ** 2, 0) / rows.length) || 1;
  });
}

/** The sequence at `steps` places, on straight lines between its own. */
function resampled(input, steps) {
  const T = input.length;
  return Array.from({ length: steps }, (_, t) => {
    const place = (t * (T - 1)) / (steps - 1);
    const i = Math.min(T - 2, Math.floor(place));
    return input[i].map((v, d) => (1 - place + i) * v + (place - i) * input[i + 1][d]);
  });
}

/** The items and `copies` altered ones of each: { copies, noise, scale, warp, turn }. */
export async function augmented(items, { copies, noise = 0, scale = 0, warp = 0, turn = false }, seed) {
  if (!copies) return items;
  const random = new Random(await engine("float64"), seed, STREAM);
  const sd = deviations(items);
  const altered = ({ label, input }) => {
    const steps = Math.max(4, Math.round(input.length * (1 + warp * (2 * random.uniform() - 1))));
    const gain = sd.map(() => 1 + scale * random.normal());
    const rows = resampled(input, steps).map((row) =>
      row.map((v, d) => gain[d] * v + noise * sd[d] * random.normal()),
    );
    const R = turn ? rotation(random) : undefined;
    return {
      label,
      input: R ? rows.map((v) => R.map((r) => r[0] * v[0] + r[1] * v[1] + r[2] * v[2])) : rows,
    };
  };
  return [...items, ...Array.from({ length: copies }, () => items.map(altered)).flat()];
}

/** Each step with its difference to the step before behind it. */
export const withChanges = (items) =>
  items.map(({ label, input }) => ({
    label,
    input: input.map((row, t) => [...row, ...row.map((v, d) => (t > 0 ? v - input[t - 1][d] : 0))]),
  }));
