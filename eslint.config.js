// What a reader should never meet. Formatting is Prettier's; AssemblyScript's kernels are held by the width
// and length tests of test/architecture.test.ts.
import tseslint from "typescript-eslint";

const readable = {
  "one-var": ["error", "never"],
  "no-nested-ternary": "error",
  complexity: ["error", 15],
  "max-params": ["error", 5],
  "max-depth": ["error", 4],
  eqeqeq: "error",
  "no-var": "error",
  "prefer-const": "error",
};

export default tseslint.config(
  {
    ignores: [
      "**/node_modules/",
      "**/dist/",
      "build/",
      "docs/api/",
      "assembly/",
      "src/wasm/binary/",
      "test/package/fixtures/",
    ],
  },
  {
    files: ["**/*.js", "**/*.ts"],
    languageOptions: { parser: tseslint.parser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: readable,
  },
  {
    files: ["src/**/*.ts", "test/**/*.ts"],
    ignores: ["test/package/**"],
    plugins: { "@typescript-eslint": tseslint.plugin },
    languageOptions: { parserOptions: { project: "./tsconfig.json" } },
    rules: {
      "@typescript-eslint/no-unnecessary-type-assertion": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { fixStyle: "inline-type-imports", disallowTypeAnnotations: false },
      ],
    },
  },
  {
    // reference kernels take what the kernels take
    files: ["test/assembly/**", "bench/kernel-cases.js"],
    rules: { "max-params": "off" },
  },
);
