/**
 * Memory of what nobody can reach any more. JavaScript's collector does not see the memory of the kernels: a
 * net of 10 MB is to it an object of a few bytes. So whoever holds blocks registers here, and they go back
 * when the holder has been collected; and whoever is about to make another model lets the collector run when
 * much was taken since.
 */
import type { Memory } from "./memory.ts";
import { turn } from "./turn.ts";

/**
 * What is left to give back when its owner is gone. It must not refer to the owner: that would keep it alive.
 */
export interface Holding {
  release(): void;
}

// Both are missing in some servers' engines; there only `dispose` gives memory back.
const registry =
  typeof FinalizationRegistry === "function"
    ? new FinalizationRegistry<Holding>((holding) => holding.release())
    : undefined;

/** Releases the holding once its owner has been collected. */
export function releaseWhenForgotten(owner: object, holding: Holding): void {
  registry?.register(owner, holding, holding);
}

/** The owner itself has released the holding. */
export function released(holding: Holding): void {
  registry?.unregister(holding);
}

/**
 * Growth, in bytes, after which the collector is called: little beside 4 GiB, much beside what a look costs.
 */
const STEP = 2 ** 28;
/** Buffers made and dropped to make collectors look: they count such bytes, and not those of the kernels. */
const PRESSING = 4;
const PRESSED = 2 ** 25;
/**
 * Collectors mark little by little, on threads of their own where there are cores for them: at most so many
 * times is one pressed, and left so many turns at first, each time twice as many, to run finalizers.
 */
const LOOKS = 12;
const TURNS = 4;

const looks = new WeakMap<Memory, number>();

/**
 * Lets forgotten models give their memory back, where much has been taken since the last look: presses the
 * collector, and waits a few turns of the event loop, in which finalizers run.
 */
export async function reclaim(memory: Memory): Promise<void> {
  const { used } = memory.usage;
  const last = Math.min(looks.get(memory) ?? 0, used);
  looks.set(memory, last);
  if (used - last < Math.max(STEP, last / 4)) return;
  looks.set(memory, used); // those who ask meanwhile need not look
  for (let look = 0; look < LOOKS && memory.usage.used - last >= STEP / 2; ++look) {
    press();
    for (let i = TURNS << look; i > 0; --i) await turn();
  }
  looks.set(memory, memory.usage.used);
}

function press(): void {
  Array.from({ length: PRESSING }, () => new ArrayBuffer(PRESSED));
}
