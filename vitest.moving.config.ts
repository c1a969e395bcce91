/** The whole suite on memory that moves at every allocation: `npm run test:moving`. */
import { mergeConfig } from "vitest/config";
import suite from "./vitest.config.ts";

export default mergeConfig(suite, { test: { setupFiles: ["test/setup/moving.ts"], testTimeout: 120_000 } });
