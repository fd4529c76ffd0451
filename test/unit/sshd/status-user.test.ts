import { describe, expect, it } from 'vitest';
import { fixture } from '../../fixtures/sshd/fixture.ts';
import { renderStatus } from '../../../src/cli/sshd-report.ts';
import type { RunResult } from '../../../src/sshd/edges.ts';
import { enable } from '../../../src/sshd/enable.ts';
import { DEB_COMMAND_PATH } from '../../../src/sshd/model/effective.ts';
import { publicFile } from '../../../src/sshd/plan/image.ts';
import { status } from '../../../src/sshd/status.ts';
import type { SshdStatus } from '../../../src/sshd/status-form.ts';
import { MemoryHost } from './memory-host.ts';

const ALICE = 'alice:x:1000:1000::/home/alice:/bin/bash\n';
const OTHERS = 'bob:x:1001:1001::/home/bob:/bin/bash\nalic:x:33:33::/:/usr/sbin/nologin\n';

/** The status for a user on a host that is wired, whose name services answer so. */
function statusFor(user: string, getent: Partial<RunResult>): SshdStatus {
  const machine = new MemoryHost(fixture('debian-13'), '10.0p2', [DEB_COMMAND_PATH]);
  machine.images.set('/etc/passwd', publicFile(ALICE + OTHERS));
  enable(machine.edges(), {});
  const edges = machine.edges();
  return status(
    {
      ...edges,
      run: (argv, options) =>
        argv.slice(0, 2).join(' ') === 'getent passwd'
          ? { status: 0, stdout: '', stderr: '', ...getent }
          : edges.run(argv, options),
    },
    user,
  );
}

describe('sshd status for one user', () => {
  it('is effective for a user that a name service knows', () => {
    const found = statusFor('alice', { stdout: ALICE });
    expect(found).toMatchObject({ user: 'alice', effective: true });
    expect(found).not.toHaveProperty('unknownUser');
  });

  it('is a failure for a user that there is not, and names the nearest', () => {
    const found = statusFor('alcie', { status: 2 });
    expect(found).toMatchObject({ effective: false, unknownUser: { nearest: ['alice'] } });
    expect(renderStatus(found)).toMatch(/^there is no user alcie; did you mean alice\?\n/);
  });

  it('names nobody where nobody is near, and controls no terminal', () => {
    const found = statusFor('\x1b[31mnosuch', { status: 2 });
    expect(found.unknownUser).toEqual({ nearest: [] });
    expect(renderStatus(found)).toMatch(/^there is no user [\x20-\x7e]*nosuch\n/);
  });

  it('claims nothing where no name service can be asked', () => {
    for (const end of [undefined, 1, 3]) {
      expect(statusFor('alcie', { status: end })).not.toHaveProperty('unknownUser');
    }
  });
});
