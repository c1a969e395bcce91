/** The whole suite on memory that moves at every allocation: `npm run test:moving`. */
import { mergeConfig } from "vitest/config";
import suite from "./vitest.config.ts";

/** Tests that start processes of their own, or never touch the kernels' memory. */
const elsewhere = [
  "test/cli/**",
  "test/exchange/**",
  "test/fuzz/**",
  "test/docs.test.ts",
  "test/examples.test.ts",
  "test/page.test.ts",
];

export default mergeConfig(suite, {
  test: { setupFiles: ["test/setup/moving.ts"], exclude: elsewhere, testTimeout: 120_000 },
});
