/** Angles by plain arithmetic, so that they have the same bits in every engine. Radians. */
import { cosineAndSine } from "../../../inference/special-functions.ts";

const TURN = 6.283185307179586; // 2π
const HALF = 3.141592653589793;

/** The same direction from -π to π. */
export const wrapped = (x: number): number => x - TURN * Math.round(x / TURN);

/** cos x and sin x for any x of moderate size. */
export function direction(x: number): readonly [number, number] {
  const angle = wrapped(x);
  const [c, s] = cosineAndSine(Math.min(Math.abs(angle), HALF));
  return [c, angle < 0 ? -s : s];
}

/**
 * The angle of the vector (x, y), from -π to π; 0 of (0, 0): Newton's steps on the angle that is left, from a
 * parabola's guess, until it is at rounding level.
 */
export function angleOf(x: number, y: number): number {
  const length = Math.sqrt(x * x + y * y);
  if (!(length > 0)) return 0;
  const c = x / length;
  const s = Math.abs(y) / length;
  let angle = c >= 0 ? s * (1 + 0.57 * (1 - c)) : HALF - s * (1 + 0.57 * (1 + c));
  for (let i = 0; i < 4; ++i) {
    const [a, b] = direction(angle);
    const sine = s * a - c * b; // of what is left
    angle += sine * (1 + (sine * sine) / 6);
  }
  return y < 0 ? -angle : angle;
}
