/**
 * What an import of `unrolled/wasm/float32.wasm` gives where bundlers and servers know such imports: the
 * compiled module, for `init({ wasm })`.
 */
import type { WasmModule } from "./platform.ts";
declare const module: WasmModule;
export default module;
