/** How the single executable is made: Node with a startup snapshot of the bundle inside. */

export const RUNTIME_FLAGS: readonly string[] = [
  // No memory that is both writable and executable; V8 wants the same flags at making and running.
  '--jitless',
  // Node would read the host's openssl.cnf, and end before our first line where that has an error.
  '--openssl-config=/dev/null',
];

/**
 * Flags for making it. Two builds of the same sources are the same file: no seed and no timing of helper threads goes
 * in, and no warning that carries a process id. At run time V8 seeds itself anew.
 */
export const BUILD_FLAGS: readonly string[] = [
  ...RUNTIME_FLAGS,
  '--predictable',
  '--random-seed=1',
  '--no-warnings',
];

/** Node's configuration for a single executable, or for its blob alone. */
export function seaConfig(main: string, output: string): Readonly<Record<string, unknown>> {
  return {
    main,
    output,
    disableExperimentalSEAWarning: true,
    useSnapshot: true,
    execArgv: RUNTIME_FLAGS,
    // NODE_OPTIONS has no say.
    execArgvExtension: 'none',
  };
}
