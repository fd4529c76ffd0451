import { describe, expect, it } from 'vitest';
import { DEB_COMMAND_PATH, ownCommand } from '../../../../src/sshd/model/effective.ts';
import {
  chainedCommand,
  configurationLines,
  knownTokens,
  wiredCommand,
  withTokens,
} from '../../../../src/sshd/plan/wired-command.ts';
import { TOKENS } from '../../../../src/ssh/command-tokens.ts';

const OWN = ownCommand(DEB_COMMAND_PATH);
const OURS = `${DEB_COMMAND_PATH} %u %f`;
const USERDBCTL = '/usr/bin/userdbctl ssh-authorized-keys';

describe('our own command', () => {
  it('has user and fingerprint, then the further tokens in their order, each once', () => {
    expect(wiredCommand(OWN)).toEqual({ command: OURS, user: 'ec2-instance-connect' });
    expect(wiredCommand(OWN, ['t', 'k', 'u', 't', 'f']).command).toBe(`${OURS} k=%k t=%t`);
  });

  it('is two statements of sshd_config', () => {
    expect(configurationLines({ command: '/x %u', user: 'nobody' })).toEqual([
      'AuthorizedKeysCommand /x %u',
      'AuthorizedKeysCommandUser nobody',
    ]);
  });
});

describe('the chain of userdbctl', () => {
  it.each([
    [`${USERDBCTL} %u`, `${USERDBCTL} %u --chain ${OURS} k=%k`],
    [`"/usr/bin/userdbctl"  'ssh-authorized-keys' %u`, `${USERDBCTL} %u --chain ${OURS} k=%k`],
    [`${USERDBCTL} %u --chain /other`, undefined],
    [`${USERDBCTL} %h`, undefined],
    [USERDBCTL, undefined],
    ['/usr/bin/userdbctl user %u', undefined],
    ['"/opt/a b/userdbctl" ssh-authorized-keys %u', undefined],
    ['/usr/bin/other ssh-authorized-keys %u', undefined],
    [`${USERDBCTL} "%u`, undefined],
    ['', undefined],
  ])('of %j is %j', (command, chained) => {
    const expected = chained === undefined ? undefined : { command: chained, user: 'root' };
    expect(chainedCommand({ command, user: 'root' }, OWN, ['k'])).toEqual(expected);
  });
});

describe('a command line with other tokens', () => {
  it.each([
    [`${OURS} k=%k`, `${OURS} t=%t`],
    ['/opt/aws/bin/eic_run_authorized_keys %u', `${OURS} t=%t`],
    [`${USERDBCTL} %u --chain ${OURS}`, `${USERDBCTL} %u --chain ${OURS} t=%t`],
  ])('for %s is %s', (current, expected) => {
    expect(withTokens(current, OWN, ['t'])).toBe(expected);
  });
});

describe('the tokens that a release fills', () => {
  it.each([
    [{ major: 9, minor: 4 }, 'ufkthUCD'],
    [{ major: 9, minor: 3 }, 'ufkthU'],
    [{ major: 7, minor: 8 }, 'ufkthU'],
    [{ major: 7, minor: 7 }, 'ufkth'],
    // One that it does not know would end each login.
    [undefined, 'ufkth'],
  ])('%j are %s', (version, known) => {
    expect(knownTokens(TOKENS, version).join('')).toBe(known);
  });
});
