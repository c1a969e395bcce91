/** Every test file has the kernels on board, as programs that import `unrolled` have. */
import "../../src/wasm/built-in.ts";
