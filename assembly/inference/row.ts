/**
 * Which row of a table of emissions a step takes: the symbol's row where `rows` [T] i32 says so, else its
 * own.
 */

/** The row of step t; rows 0: row t. */
@inline
export function row(t: i32, rows: usize): i32 {
  return rows ? load<i32>(rows + ((<usize>t) << 2)) : t;
}
