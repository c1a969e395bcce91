/** What an import of `unrolled/wasm/float32.wasm` gives where bundlers and servers know such imports. */
import type { WasmModule } from "./platform.ts";

/** The compiled module, for `init({ wasm })`. */
declare const module: WasmModule;
export default module;
