import { defineConfig } from 'vitest/config';
import { HOST } from '../../vitest.config.ts';

/**
 * The tests that a mutant meets: those that run in this process alone, for Stryker switches mutants on and
 * off in it. What starts programs of the host, or the program itself, would never see one.
 */
const config: ReturnType<typeof defineConfig> = defineConfig({
  test: {
    include: ['test/{unit,property,vectors,suites}/**/*.test.ts'],
    // Stryker's runner keeps modules between files: that test wants the vectors' of its own clock.
    exclude: [...HOST, 'test/unit/{demo,packaging,scripts}/**', 'test/vectors/details.test.ts'],
    globalSetup: ['test/setup/seed.ts'],
    setupFiles: ['test/setup/properties.ts'],
    // Tests run instrumented, and the machine may be busy.
    testTimeout: 300_000,
  },
});

export default config;
