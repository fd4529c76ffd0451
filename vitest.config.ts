import { defineConfig } from 'vitest/config';

// Two projects: `unit` needs nothing but Node; `e2e` needs root, namespaces and the compiled program.
const config: ReturnType<typeof defineConfig> = defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/package/**'],
          // Many tests start processes, and the machine may be busy.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/package/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});

export default config;
