/** One look at memory: seconds since the start, bytes. */
export interface Look {
  readonly second: number;
  readonly used: number;
  readonly reserved: number;
  readonly heap: number;
  readonly resident: number;
}
export function verdict(
  looks: readonly Look[],
  seconds: number,
): {
  readonly rows: readonly { name: string; before: number; after: number; allowed: number; ok: boolean }[];
  readonly flat: boolean;
};
