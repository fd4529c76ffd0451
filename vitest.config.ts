import { defineConfig } from 'vitest/config';

/** Tests that need programs of the host besides Node: gcc, openssl, ssh-keygen, unshare, logger. */
export const HOST: string[] = [
  'test/launcher/rules.test.ts',
  'test/unit/cli/debug-command.test.ts',
  'test/unit/cli/verify-keys-command.test.ts',
  'test/unit/helpers/helpers.test.ts',
  'test/unit/host/debug-switch.test.ts',
  'test/unit/host/machine.test.ts',
  'test/unit/host/trust-store.test.ts',
  'test/unit/log/syslog.test.ts',
  'test/unit/login/deadline.test.ts',
  'test/unit/login/login.test.ts',
  'test/unit/login/output.test.ts',
  'test/unit/main.test.ts',
  'test/unit/pki/test-pki.test.ts',
  'test/unit/signer/rsa-pss.test.ts',
  'test/unit/ssh/fingerprint.test.ts',
];
/** A machine that is emulated with its processor: it runs alone. */
const SELINUX = 'test/package/selinux/login.test.ts';
const SEED = { globalSetup: ['test/setup/seed.ts'] };

// One project for each kind of ground that tests need; CONTRIBUTING.md says which. A unit test is never
// retried: what fails once in a hundred runs is a fault.
const config: ReturnType<typeof defineConfig> = defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{differential,e2e,package,fresh}/**', ...HOST],
          ...SEED,
          setupFiles: ['test/setup/properties.ts', 'test/setup/node-alone.ts'],
          // The machine may be busy.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'host',
          include: HOST,
          ...SEED,
          setupFiles: ['test/setup/properties.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'differential',
          include: ['test/differential/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/setup/program.ts'],
          setupFiles: ['test/setup/retries.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          exclude: [SELINUX],
          globalSetup: ['test/setup/packages.ts'],
          // Whole systems are installed, booted and emulated here, on whatever machine there is.
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'selinux',
          include: [SELINUX],
          globalSetup: ['test/setup/packages.ts'],
          testTimeout: 300_000,
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: 'fresh',
          include: ['test/fresh/**/*.test.ts'],
          // A machine is furnished from nothing, and a key lives for a minute.
          testTimeout: 1_800_000,
          hookTimeout: 1_800_000,
        },
      },
    ],
  },
});

export default config;
