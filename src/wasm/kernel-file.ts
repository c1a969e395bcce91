/**
 * What an import of `unrolled/wasm/float32.wasm` gives where bundlers and servers know such imports: the
 * compiled module, for `init({ wasm })`.
 */
declare const module: WebAssembly.Module;
export default module;
