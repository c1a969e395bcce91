/** Values that wait until they are asked for. */

/** A value that is computed when it is first asked for, and what it was computed from let go. */
export function once<T>(compute: () => T): () => T {
  let kept: { readonly value: T } | undefined;
  let waiting: (() => T) | undefined = compute;
  return () => {
    kept ??= { value: waiting!() };
    waiting = undefined;
    return kept.value;
  };
}
