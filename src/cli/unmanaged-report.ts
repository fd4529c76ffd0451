import type { SshdStatus } from '../sshd/status-form.ts';

/**
 * What a removal that leaves sshd's configuration alone leaves behind: lines that name a program and a user that are
 * about to be gone, and what to do about them. Nothing where there are none.
 * @returns lines with their line breaks, for standard error
 */
export function leftBehind(
  { starts, matches }: Pick<SshdStatus, 'starts' | 'matches'>,
  unmanagedPath: string,
): string {
  const places = [
    ...starts.flatMap(({ ours, setAt }) => (ours && setAt !== undefined ? [setAt] : [])),
    ...matches.filter(({ ours }) => ours),
  ].map(({ path, line }) => `${path}:${line}`);
  if (places.length === 0) return '';
  return [
    "ec2-instance-connect: warning: sshd's configuration still names this program:",
    ...[...new Set(places)].map((place) => `  ${place}`),
    `${unmanagedPath} keeps packages from removing that.`,
    'Once the program is gone sshd logs an error at each login: remove the lines',
    'AuthorizedKeysCommand and AuthorizedKeysCommandUser by hand, then reload sshd.',
    '',
  ].join('\n');
}
