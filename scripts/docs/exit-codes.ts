/** What each exit status of a command means, for the reference and the manual pages. Pure. */

/** An exit status besides those that every command has. */
export interface ExitCode {
  /** As in `CommandLine.path`, with blanks between. */
  readonly command: string;
  readonly code: 0 | 1;
  readonly meaning: string;
}

/** In the order of the commands and statuses. */
export const EXIT_CODES: readonly ExitCode[] = [
  ...codes(
    'authorized-keys',
    'a decision was made, whether keys were printed or not; or a helper printed keys, whatever else failed',
    'the signer was refused, or something outside the program failed; no key is printed',
  ),
  ...codes(
    'verify-install',
    'no check failed; warnings do not count',
    'a check failed, or the metrics could not be written',
  ),
  ...codes('verify-keys', 'a key was accepted', 'no key was accepted'),
  ...codes('sshd enable', 'the command is effective', 'it refused or failed, and says why'),
  ...codes(
    'sshd disable',
    'the configuration that enable or adopt wrote is removed',
    'something was left, or the running sshd keeps the command until it is restarted',
  ),
  ...codes('sshd adopt', 'both commands are effective', 'it refused or failed, and says why'),
  ...codes('sshd status', 'the command is effective', 'it is not, or that is not known'),
  ...codes('debug on', 'the debug switch is on', 'it could not be set; root is needed'),
  ...codes('debug off', 'the debug switch is off', 'it could not be removed; root is needed'),
  ...codes('debug status', 'the state is printed', 'the switch cannot be used, and counts as off'),
];

function codes(command: string, good: string, bad: string): readonly ExitCode[] {
  return [
    { command, code: 0, meaning: good },
    { command, code: 1, meaning: bad },
  ];
}
