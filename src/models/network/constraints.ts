/** Constraints as users write them, by parameter names. */

/** A whole parameter by its name, or chosen entries of it (row-major). */
export type Entries =
  | string
  | {
      /** The parameter's: "lstm1.Wx". */
      readonly name: string;
      /** Places in its numbers, row by row. */
      readonly indices: readonly number[];
    };

/** A constraint on a net's parameters. */
export type NetworkConstraint =
  | {
      /** As `fix` makes it. */
      readonly kind: "fix";
      /** Those that keep their values. */
      readonly entries: Entries;
    }
  | {
      /** As `tie` makes it. */
      readonly kind: "tie";
      /** Lists of the same length. */
      readonly entries: readonly Entries[];
    }
  | {
      /** As `constrain` makes it. */
      readonly kind: "linear";
      /** w [W]: the entries one after another. */
      readonly entries: readonly Entries[];
      /** [C][W] one row a constraint. */
      readonly A: readonly (readonly number[])[];
      /** [C] */
      readonly b: readonly number[];
    }
  | {
      /** As `keepOrthogonal` makes it. */
      readonly kind: "orthogonal";
      /** Name of a square parameter. */
      readonly entries: string;
    };

/** These entries keep their present values. */
export const fix = (entries: Entries): NetworkConstraint => ({ kind: "fix", entries });
/** Entries of the same count stay equal, first to first, second to second. */
export const tie = (...entries: Entries[]): NetworkConstraint => ({ kind: "tie", entries });
/** A·w = b for w, the listed entries one after another. */
export const constrain = (options: {
  entries: readonly Entries[];
  A: readonly (readonly number[])[];
  b: readonly number[];
}): NetworkConstraint => ({ kind: "linear", ...options });
/**
 * A square parameter W [n,n] stays orthogonal, whatever optimizes it: W = exp(A) for a skew A, whose n(n-1)/2
 * numbers are what is learned (Lezcano-Casado, Martínez-Rubio 2019); where det W is -1 at the start, its last
 * column keeps the other sign. The start is the orthogonal matrix nearest to the values that W has. A
 * recurrent matrix like that neither shrinks nor grows what passes through it. A step costs
 * about 60 products of [n,n] matrices in JavaScript: meant for n of up to 200.
 */
export const keepOrthogonal = (name: string): NetworkConstraint => ({ kind: "orthogonal", entries: name });
