import { defineConfig } from 'vitest/config';

/** Unit, numerics, architecture and fault tests: plain Node, real SQLite, real ONNX sessions. */
export default defineConfig({
  test: {
    include: [
      'tests/{main,numerics,architecture,faults,renderer}/**/*.test.ts',
      'tests/renderer/**/*.test.tsx',
    ],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
