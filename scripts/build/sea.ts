/** How the single executable is made: Node with a startup snapshot of the bundle inside. */

export const RUNTIME_FLAGS: readonly string[] = [
  // No memory that is both writable and executable; V8 wants the same flags at making and running.
  '--jitless',
  // Node would read the host's openssl.cnf, and end before our first line where that has an error. This file of the
  // package's is empty; where it is missing, nothing is read either.
  '--openssl-config=/usr/lib/ec2-instance-connect/openssl.cnf',
  // The signal would open a debugger's port on loopback, to everybody on the host.
  '--disable-sigusr1',
  // A login makes less than this in MiB of garbage: collecting it would cost more than the process ends with.
  '--min-semi-space-size=16',
  // There is nothing to do for more helper threads, and each costs its start.
  '--v8-pool-size=1',
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

/** The note that holds the blob (Node's documentation of single executables, "Injecting"). */
export const BLOB_NOTE = 'NODE_SEA_BLOB';

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
