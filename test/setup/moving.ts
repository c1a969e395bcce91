/** Every test file that runs with this setup has memory that moves at every allocation. */
import { moveAtEveryAllocation } from "../../src/wasm/memory.ts";

moveAtEveryAllocation();
