import { JOURNAL_SOCKET, LOGGER } from '../../log/syslog.ts';
import { fail, pass, warn, type Check, type Remedy } from '../check.ts';
import { hasSystemd, isThere } from '../facts/host.ts';
import { sight } from '../facts/view.ts';
import type { Inspection } from '../inspection.ts';
import { fix, install, shellCommand } from '../remedies.ts';

/** The audit trail arrives: in the journal, or by logger(1) where there is none. */
export const journal: Check = {
  id: 'journal',
  group: 'run',
  title: 'audit log',
  dependsOn: ['program-starts'],
  async run(on) {
    const seen = await sight(on, 'journal');
    if (seen.ok) return pass('the journal');
    const hasLogger = isThere(on, LOGGER) && isThere(on, '/dev/log');
    if (hasLogger && !isThere(on, JOURNAL_SOCKET)) return pass('syslog, through logger');
    const found = `${seen.viewer}: ${seen.found}`;
    const remedy = seen.confined ?? mend(on, seen.code);
    return hasLogger ? warn(`${found}; logger is used instead`, remedy) : fail(found, remedy);
  },
};

function mend(on: Inspection, code: string): Remedy {
  if (code === 'EACCES') return fix(shellCommand('chmod', '666', JOURNAL_SOCKET));
  if (on.fact(hasSystemd)) {
    return fix('systemctl restart systemd-journald.socket systemd-journald.service');
  }
  return fix(install(on, 'rsyslog'));
}
