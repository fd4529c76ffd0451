import { writeFileSync } from 'node:fs';
import { HELPER_USER } from './accounts.ts';
import type { Namespace, Service } from './namespace.ts';
import { run } from './run.ts';

/** Where the program under test stands inside, under the name by which sshd calls it. */
export const HELPER_PATH = '/opt/aws/bin/eic_run_authorized_keys';

/** The same as people call it. */
export const PROGRAM_PATH = '/opt/aws/bin/ec2-instance-connect';

/** How sshd is started. */
export interface SshdOptions {
  readonly addresses: readonly string[];
  readonly port: number;
  /** What follows the command's path; `%u %f` when left out. */
  readonly commandArguments?: string;
  /** More lines for sshd_config. They come first, and sshd takes the first value. */
  readonly config?: readonly string[];
}

/**
 * Starts the machine's own sshd inside a namespace, in the foreground with its log on stderr, and waits
 * until it listens. With its log on stderr sshd also passes on what the program writes to its stderr,
 * which production throws away: `lines` has both.
 */
export async function startSshd(namespace: Namespace, options: SshdOptions): Promise<Service> {
  const path = '/run/rig/sshd_config';
  writeFileSync(namespace.path(path), await sshdConfig(namespace, options));
  const last = options.addresses.at(-1) ?? '';
  const ready = new RegExp(`^Server listening on ${last} port ${options.port}`);
  return namespace.startService(['/usr/sbin/sshd', '-D', '-e', '-f', path], ready);
}

async function sshdConfig(namespace: Namespace, options: SshdOptions): Promise<string> {
  const lines = [
    ...(options.config ?? []),
    ...options.addresses.map((address) => `ListenAddress ${address}`),
    `Port ${options.port}`,
    'HostKey /run/rig/keys/host',
    'PidFile /run/sshd.pid',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'LogLevel VERBOSE',
    // For sftp and today's scp, as distributions configure it; this one has no path that differs.
    'Subsystem sftp internal-sftp',
    'LoginGraceTime 30',
    // A burst of logins is a test, not an attack.
    'MaxStartups 200',
    `AuthorizedKeysCommand ${HELPER_PATH} ${options.commandArguments ?? '%u %f'}`,
    `AuthorizedKeysCommandUser ${HELPER_USER}`,
  ];
  // Since 9.8 sshd keeps away who failed several times, which is what tests do; before, it refuses the option.
  const penalties = 'PerSourcePenalties no';
  const probe = ['-t', '-f', '/dev/null', '-h', '/run/rig/keys/host', '-o', penalties];
  const { status } = await run(namespace.command(['/usr/sbin/sshd', ...probe]));
  return [...lines, ...(status === 0 ? [penalties] : []), ''].join('\n');
}
