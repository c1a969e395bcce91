/** Whether memory stays flat, from looks at it over time. */

const KiB = 2 ** 10;
const MiB = 2 ** 20;

const largest = (values) => values.reduce((most, value) => Math.max(most, value), 0);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * What is compared of the second third and the last, and how far the last may be above. Engines compile,
 * and widen their heaps, for minutes: resident memory says nothing of a shorter soak (from, in seconds).
 */
const bounds = [
  { name: "kernels", key: "used", from: 0, of: largest, slack: () => 16 * KiB },
  { name: "reserved", key: "reserved", from: 0, of: largest, slack: () => 0 },
  { name: "heap", key: "heap", from: 0, of: median, slack: (before) => MiB + 0.02 * before },
  { name: "resident", key: "resident", from: 600, of: median, slack: (before) => 8 * MiB + 0.03 * before },
];

/**
 * looks: { second, used, reserved, heap, resident }, bytes. Rows of the table, and whether all are flat that
 * a soak of so many seconds can tell.
 */
export function verdict(looks, seconds) {
  const third = (from, to) => looks.filter(({ second }) => second >= from && second < to);
  const middle = third(seconds / 3, (2 * seconds) / 3);
  const last = third((2 * seconds) / 3, Infinity);
  if (middle.length < 3 || last.length < 3)
    throw new Error(`soak: ${looks.length} looks are too few for a verdict; take more minutes`);
  const rows = bounds.map(({ name, key, from, of, slack }) => {
    const [before, after] = [middle, last].map((part) => of(part.map((look) => look[key])));
    const allowed = before + slack(before);
    const told = seconds >= from;
    return { name, before, after, allowed, told, ok: !told || after <= allowed };
  });
  return { rows, flat: rows.every(({ ok }) => ok) };
}
