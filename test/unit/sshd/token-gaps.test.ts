import { describe, expect, it } from 'vitest';
import { renderResult, renderStatus } from '../../../src/cli/sshd-report.ts';
import { adopt } from '../../../src/sshd/adopt.ts';
import { enable } from '../../../src/sshd/enable.ts';
import { DEB_COMMAND_PATH, ownCommand } from '../../../src/sshd/model/effective.ts';
import { publicFile } from '../../../src/sshd/plan/image.ts';
import type { TokenGap } from '../../../src/sshd/plan/lacking-tokens.ts';
import { status } from '../../../src/sshd/status.ts';
import { fixture } from '../../fixtures/sshd/fixture.ts';
import { MemoryHost } from './memory-host.ts';

const HELPER = '/etc/ec2-instance-connect/authorized-keys-command.d/10-mine';
const ARGS = `${HELPER}.args`;
const MAIN = '/etc/ssh/sshd_config';
const OTHER = '/usr/bin/sss_ssh_authorizedkeys';

function host(name: string, release: string, main = ''): MemoryHost {
  const machine = new MemoryHost(fixture(name), release, [DEB_COMMAND_PATH, OTHER]);
  const before = machine.images.get(MAIN);
  const text = before?.type === 'file' ? before.text : '';
  machine.images.set(MAIN, publicFile(main + text));
  return machine;
}

function ask(machine: MemoryHost, template: string): void {
  machine.images.set(HELPER, publicFile(''));
  machine.images.set(ARGS, publicFile(`${template}\n`));
}

function gap(machine: MemoryHost): TokenGap | undefined {
  return status(machine.edges()).starts[0]?.tokenGap;
}

function report(machine: MemoryHost): string {
  return renderStatus(status(machine.edges()));
}

const LINES = `AuthorizedKeysCommand ${DEB_COMMAND_PATH} %u %f\nAuthorizedKeysCommandUser ec2-instance-connect\n`;
const CHAIN = `/usr/bin/userdbctl ssh-authorized-keys %u --chain ${DEB_COMMAND_PATH} %u %f`;

describe('a helper whose arguments ask for a token that the line of sshd lacks', () => {
  it('is named with the command that wrote the line, and gets the token when that runs again', () => {
    const machine = host('debian-13', '10.0p2');
    enable(machine.edges());
    ask(machine, '%u %t --key=%k');
    expect(gap(machine)).toMatchObject({
      helpers: [{ path: ARGS, tokens: ['k', 't'], unknown: [] }],
      writtenBy: 'enable',
    });
    expect(report(machine)).toContain('ec2-instance-connect sshd enable\n');
    expect(status(machine.edges())).toMatchObject({ effective: true });
    expect(enable(machine.edges())).toMatchObject({ outcome: 'done', tokenGaps: [] });
    expect(gap(machine)).toBeUndefined();
  });

  it('is named with adopt where adopt wrote the line', () => {
    const other = `AuthorizedKeysCommand ${OTHER} %u\nAuthorizedKeysCommandUser nobody\n`;
    const machine = host('debian-13', '10.0p2', other);
    adopt(machine.edges());
    ask(machine, '%k');
    expect(gap(machine)).toMatchObject({ writtenBy: 'adopt' });
    expect(adopt(machine.edges())).toMatchObject({ outcome: 'done', tokenGaps: [] });
    expect(gap(machine)).toBeUndefined();
  });

  it.each([
    [LINES, `${DEB_COMMAND_PATH} %u %f k=%k`],
    [LINES.replace(' %f', ' t=%t'), `${DEB_COMMAND_PATH} %u %f k=%k t=%t`],
    [`AuthorizedKeysCommand ${CHAIN}\nAuthorizedKeysCommandUser root\n`, `${CHAIN} k=%k`],
  ])('is named with the line to write by hand in place of %j', (lines, command) => {
    const machine = host('debian-13', '10.0p2', lines);
    ask(machine, '%u %f %k');
    expect(gap(machine)).toMatchObject({ command });
    expect(gap(machine)).not.toHaveProperty('writtenBy');
    const result = enable(machine.edges());
    expect(result).toMatchObject({ outcome: 'unchanged', tokenGaps: [{ command }] });
    expect(renderResult(result, ownCommand(DEB_COMMAND_PATH)).stdout).toContain(
      `AuthorizedKeysCommand ${command}\n`,
    );
    // The line that is advised passes it.
    const better = host('debian-13', '10.0p2', lines.replace(/Command .*/, `Command ${command}`));
    ask(better, '%u %f %k');
    expect(gap(better)).toBeUndefined();
  });

  it('is told that its release has no such token, and by which release it came', () => {
    const machine = host('ubuntu-22.04', '8.9p1');
    ask(machine, '%u %t %C');
    const planned = enable(machine.edges(), { dryRun: true });
    expect(planned.tokenGaps).toMatchObject([{ helpers: [{ path: ARGS, unknown: ['C'] }] }]);
    const result = enable(machine.edges());
    expect(result).toMatchObject({
      outcome: 'done',
      tokenGaps: [{ helpers: [{ path: ARGS, tokens: ['C'], unknown: ['C'] }] }],
    });
    expect(gap(machine)).not.toHaveProperty('command');
    expect(report(machine)).toMatch(/%C.* 9\.4; this is 8\.9/);
  });

  it('is not named for a home or a number, which are looked up, nor where ours does not work', () => {
    const machine = host('debian-13', '10.0p2');
    ask(machine, '%u %h %U');
    enable(machine.edges());
    expect(gap(machine)).toBeUndefined();
    const broken = host('debian-13', '10.0p2', LINES.replace(' %f', ' %f # note'));
    ask(broken, '%k');
    expect(gap(broken)).toBeUndefined();
  });

  it('is named for an ordinary user too, who cannot see what wrote the line', () => {
    const machine = host('debian-13', '10.0p2');
    enable(machine.edges());
    ask(machine, '%k');
    const found = status({ ...machine.edges(), isRoot: false }).starts[0]?.tokenGap;
    expect(found).toEqual({ helpers: [expect.objectContaining({ tokens: ['k'] })] });
  });
});
