/** A clock that has always gone on, so that a training hands over at every place where it may. */
import { afterEach, beforeEach, vi } from "vitest";

/** For all tests of the file that calls it. */
export function clockGoneOn(): void {
  let clock = 0;
  beforeEach(() => void vi.spyOn(performance, "now").mockImplementation(() => (clock += 20)));
  afterEach(() => void vi.restoreAllMocks());
}
