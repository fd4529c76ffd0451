import { printable } from '../log/printable.ts';
import type { SshdStatus } from '../sshd/status-form.ts';
import { noSuchUser } from '../system/nearest-names.ts';
import { at } from './conflict-report.ts';

/** Whether pushed keys get in now, and whether that is so after the next start. */
export function verdictLines(status: SshdStatus, whom: string): readonly string[] {
  const { effective, configured, unreadable, user = '', unknownUser } = status;
  if (unknownUser !== undefined) return [printable(noSuchUser(user, unknownUser.nearest), 400)];
  if (unreadable.length > 0) {
    const files = unreadable.slice(0, 3).join(', ');
    return [`whether pushed keys are accepted is not known; run as root: cannot read ${files}`];
  }
  if (status.reloadNeeded) return outdatedLines(status, whom);
  const now = effective ? 'accepted' : 'not accepted';
  if (effective === configured) {
    const line = `pushed keys are ${now} by sshd${whom}`;
    const others = status.matches.filter(({ ours }) => !ours);
    if (!effective || status.user !== undefined || others.length === 0) return [line];
    return [
      `${line}, except for the users of`,
      ...others.map((each) => `  Match ${each.match} (${at(each)})`),
    ];
  }
  const then = configured ? 'accepted' : 'not accepted';
  return [`pushed keys are ${now} by the running sshd${whom}, and ${then} after its restart`];
}

/** What the running sshd does cannot be told: its configuration changed after it had read it. */
function outdatedLines(status: SshdStatus, whom: string): readonly string[] {
  const { configured, listeners, starts } = status;
  const outdated = listeners.filter(({ changed }) => changed.length > 0);
  const paths = new Set(outdated.flatMap(({ changed }) => changed));
  const unit = starts.find(({ running }) => running?.reloadNeeded === true)?.unit;
  const [pid = ''] = outdated.map((each) => each.pid);
  const reload = unit === undefined ? `kill -HUP ${pid}` : `systemctl reload ${unit}`;
  const command = configured ? 'ec2-instance-connect sshd enable' : `sshd -t && ${reload}`;
  return [
    `whether pushed keys are accepted${whom} is not known until sshd is reloaded`,
    'changed after the running sshd had read it:',
    ...[...paths].map((path) => `  ${path}`),
    `${configured ? 'accepted' : 'not accepted'} after: ${command}`,
  ];
}
