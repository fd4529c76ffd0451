import { describe, expect, it } from 'vitest';
import { otherHelpers } from '../../../../src/verify-install/checks/other-helpers.ts';
import { fixture } from '../../../fixtures/sshd/fixture.ts';
import { choosing, inspect, person, type World } from '../world.ts';

const FOLDER = '/etc/ec2-instance-connect/authorized-keys-command.d';
const SSS = `${FOLDER}/sss`;
const USER = 'ec2-instance-connect';
const SHELL: World['files'] = { '/bin/sh': { mode: 0o755 } };

/** A host with these helpers, and what test(1) says when the command's user asks. */
function host(files: World['files'], tests: World['commands'] = {}): Partial<World> {
  return {
    files: { ...SHELL, ...files },
    commands: {
      [`getent passwd -- ${USER}`]: { stdout: `${USER}:x:999:998::/nonexistent:/bin/false\n` },
      test: {},
      ...tests,
    },
  };
}

describe('other-helpers', () => {
  const script = { mode: 0o755, text: '#!/bin/sh\n' };

  it.each([
    ['no folder', host({}), 'pass'],
    ['a helper', host({ [SSS]: script }), 'pass'],
    ['a helper that nobody can run', host({ [SSS]: { ...script, mode: 0o644 } }), 'fail'],
    [
      'a helper that the user cannot run',
      host({ [SSS]: { ...script, mode: 0o700 } }, { [`test -x ${SSS}`]: { status: 1 } }),
      'fail',
    ],
    [
      'a script that the user cannot read',
      host({ [SSS]: { ...script, mode: 0o711 } }, { [`test -r ${SSS}`]: { status: 1 } }),
      'fail',
    ],
    [
      'a program that the user cannot read, and need not',
      host({ [SSS]: { mode: 0o711, text: '\x7fELF' } }, { [`test -r ${SSS}`]: { status: 1 } }),
      'pass',
    ],
    [
      'a host without test(1)',
      host({ [SSS]: { ...script, mode: 0o700 } }, { test: { status: 127 } }),
      'pass',
    ],
    [
      'a script for what is not installed',
      host({ [SSS]: { mode: 0o755, text: '#! /usr/bin/python2 -E\n' } }),
      'fail',
    ],
    [
      'a script that env(1) finds',
      host({ [SSS]: { mode: 0o755, text: '#!/usr/bin/env python3\n' }, '/usr/bin/env': '' }),
      'pass',
    ],
    ['a program with a suffix', host({ [`${FOLDER}/sss.sh`]: script }), 'warn'],
    ['what a package left behind', host({ [`${FOLDER}/sss.dpkg-old`]: script }), 'pass'],
    ['arguments without a helper', host({ [`${FOLDER}/sss.args`]: '%u\n' }), 'pass'],
  ])('judges %s', async (_, world, status) => {
    expect(await inspect(otherHelpers, world)).toMatchObject({ status });
  });

  it('names what it leaves out, and counts the helpers alone', async () => {
    const rest = { [`${SSS}.args`]: '%u\n', [`${FOLDER}/README.md`]: 'text' };
    const result = await inspect(otherHelpers, host({ [SSS]: script, ...rest }));
    expect(result).toMatchObject({ status: 'pass', data: { helpers: 1 } });
    expect(result.found).toContain('README.md');
  });

  it('opens a helper to the group of the command user, and the folders above it', async () => {
    const closed = host(
      { [SSS]: { ...script, mode: 0o700 }, [FOLDER]: { type: 'directory', mode: 0o700 } },
      { [`test -x ${SSS}`]: { status: 1 } },
    );
    const command = `chmod o+x ${FOLDER} && chgrp 998 ${SSS} && chmod g+rx ${SSS}`;
    expect(await inspect(otherHelpers, closed)).toMatchObject({ remedy: choosing(command) });
  });

  it('gives a program a name that runs', async () => {
    const world = host({ [`${FOLDER}/sss.sh`]: script });
    const remedy = choosing(`mv -n ${SSS}.sh ${SSS}`);
    expect(await inspect(otherHelpers, world)).toMatchObject({ remedy });
  });
});

describe('other-helpers, where the arguments ask for a token that the line of sshd lacks', () => {
  const DEB = '/usr/share/ec2-instance-connect/eic_run_authorized_keys';
  const CONF = '/etc/ssh/sshd_config.d/00-first.conf';
  const script = { mode: 0o755, text: '#!/bin/sh\n' };
  const lines = (words: string): string =>
    `AuthorizedKeysCommand ${DEB} %u %f${words}\nAuthorizedKeysCommandUser ${USER}\n`;

  function asking(template: string, words = '', release = '10.0p2'): Partial<World> {
    const helper = { [SSS]: script, [`${SSS}.args`]: `${template}\n` };
    const { commands = {}, files = {} } = host(helper);
    return {
      below: fixture('debian-13'),
      files: {
        ...files,
        '/etc/debian_version': '13',
        '/usr/sbin/sshd': { mode: 0o755 },
        [DEB]: 'program',
        [CONF]: lines(words),
      },
      commands: {
        ...commands,
        ...person('alice'),
        '/usr/sbin/sshd -V': { stderr: `OpenSSH_${release}` },
      },
    };
  }

  it('warns, names the file and the token, and puts the line in order', async () => {
    const result = await inspect(otherHelpers, asking('%u %k'));
    expect(result).toMatchObject({ status: 'warn', remedy: { kind: 'fix' } });
    expect(result.found).toContain(`${SSS}.args asks for %k`);
    expect(JSON.stringify(result)).toContain(`1cAuthorizedKeysCommand ${DEB} %u %f k=%k`);
  });

  it('is content where the line passes it', async () => {
    const result = await inspect(otherHelpers, asking('%u %k', ' k=%k'));
    expect(result).toMatchObject({ status: 'pass' });
  });

  it('says that the release has no such token', async () => {
    const result = await inspect(otherHelpers, asking('%u %C', '', '9.2p1'));
    expect(result).toMatchObject({ status: 'warn', remedy: { kind: 'look' } });
    expect(result.found).toMatch(/%C.* 9\.4; this is 9\.2/);
  });

  it('leaves the remedy to root', async () => {
    const result = await inspect(otherHelpers, { ...asking('%u %k'), uid: 1000 });
    expect(result).toMatchObject({ status: 'warn', remedy: { kind: 'look' } });
  });

  it('lets a helper that cannot run at all come first', async () => {
    const world = asking('%u %k');
    const files = { ...world.files, [SSS]: { ...script, mode: 0o644 } };
    expect(await inspect(otherHelpers, { ...world, files })).toMatchObject({ status: 'fail' });
  });
});
