import { defineConfig } from 'vitest/config';
import { HOST } from '../../vitest.config.ts';

/**
 * The tests that a mutant meets: those that run in this process alone, for Stryker switches mutants on and
 * off in it. What starts programs of the host, or the program itself, would never see one.
 */
const config: ReturnType<typeof defineConfig> = defineConfig({
  test: {
    include: ['test/{unit,property,vectors,suites}/**/*.test.ts'],
    exclude: [...HOST, 'test/unit/{demo,packaging,scripts}/**'],
    globalSetup: ['test/setup/seed.ts'],
    setupFiles: ['test/setup/properties.ts'],
    // Tests run instrumented, and the machine may be busy.
    testTimeout: 300_000,
  },
});

export default config;
