import { defineConfig } from 'vitest/config';

// `unit` needs nothing but Node; `e2e` needs root, namespaces and the compiled program; `package` needs
// what `npm run package` and `npm run repo` have made.
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
          // The program's own limits, a second for each request, hold on a busy machine too.
          retry: 1,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          // The program's own limits, a second for each request, hold on a busy machine too.
          retry: 1,
        },
      },
      {
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          // Whole systems are installed, booted and emulated here, on whatever machine there is.
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});

export default config;
