/** One look at memory: seconds since the start, bytes. */
export interface Look {
  readonly second: number;
  readonly used: number;
  readonly reserved: number;
  readonly heap: number;
  readonly resident: number;
}
/** A row of the table: bytes of the second third and the last, what is allowed, and whether it is told. */
export interface Row {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  readonly allowed: number;
  readonly told: boolean;
  readonly ok: boolean;
}
export function verdict(
  looks: readonly Look[],
  seconds: number,
): { readonly rows: readonly Row[]; readonly flat: boolean };
