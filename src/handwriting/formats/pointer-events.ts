/** Strokes from PointerEvents, in the order in which they came; each pointer draws its own. */
import type { DrawnStroke } from "./drawn-strokes.ts";
import { DrawnStrokes } from "./drawn-strokes.ts";
import { DataError, show } from "../../wasm/errors.ts";

/** As much of a PointerEvent as matters. */
export interface PointerLike {
  /** "pointerdown", "pointermove", "pointerup" or "pointercancel"; others do not matter. */
  readonly type: string;
  /** Which pointer. */
  readonly pointerId: number;
  /** CSS pixels from the left of the window. */
  readonly clientX: number;
  /** CSS pixels from its top. */
  readonly clientY: number;
  /** The moves between this event and the one before, where the browser joined some. */
  getCoalescedEvents?(): readonly PointerLike[];
}

/**
 * The strokes that events drew, by when each began. A cancelled stroke keeps what was drawn. Throws DataError
 * on what are no events.
 */
export function pointerStrokes(events: readonly PointerLike[]): DrawnStroke[] {
  const fail = (what: string): DataError => new DataError(`pointerStrokes: ${what}`);
  if (!Array.isArray(events)) throw fail(`events are ${show(events)}, want an array of PointerEvents`);
  const begun: { strokes: DrawnStrokes }[] = [];
  const open = new Map<number, DrawnStrokes>();
  for (const [i, event] of (events as readonly PointerLike[]).entries()) {
    if (event === null || typeof event !== "object")
      throw fail(`event ${i} is ${show(event)}, want a PointerEvent`);
    const { type, pointerId } = event;
    if (type === "pointerdown") {
      const strokes = new DrawnStrokes((what) => fail(`event ${i}: ${what} as clientX and clientY`));
      open.set(pointerId, strokes);
      begun.push({ strokes });
      strokes.add(event.clientX, event.clientY);
    } else if (type === "pointermove") {
      const strokes = open.get(pointerId);
      const joined = event.getCoalescedEvents?.() ?? [];
      for (const { clientX, clientY } of joined.length > 0 ? joined : [event]) strokes?.add(clientX, clientY);
    } else if (type === "pointerup" || type === "pointercancel") open.delete(pointerId);
  }
  return begun.flatMap(({ strokes }) => strokes.all());
}
