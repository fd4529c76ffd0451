import { describe, expect, it } from 'vitest';
import { parseDump } from '../../../../src/sshd/model/dump.ts';
import {
  DEB_COMMAND_PATH,
  effectiveCommand,
  ownCommand,
} from '../../../../src/sshd/model/effective.ts';
import { hasQuirk, QUIRKS, type Quirk } from '../../../../src/sshd/model/quirks.ts';
import { readModel } from '../../../../src/sshd/model/model.ts';
import type { OpenSshVersion } from '../../../../src/sshd/model/version.ts';
import { QUIRK_FIXTURES, quirkTree } from '../../../fixtures/sshd/quirks.ts';

const OWN = ownCommand(DEB_COMMAND_PATH);

function release(text: string): OpenSshVersion {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return { major, minor };
}

/** The command for daemon, or `invalid` where the model says that sshd refuses the file. */
function command(files: Readonly<Record<string, string>>, version: OpenSshVersion): string {
  const { starts, problems } = readModel(quirkTree(files), version);
  const [start] = starts;
  if (problems.length > 0 || start === undefined) return 'invalid';
  return effectiveCommand(start, OWN, { user: 'daemon', groups: ['daemon'] }).command ?? 'none';
}

describe('the table of quirks', () => {
  it('has a fixture for each quirk', () => {
    const shown = new Set(QUIRK_FIXTURES.map(({ quirk }) => quirk));
    expect([...shown].sort()).toEqual(Object.keys(QUIRKS).sort());
  });

  it('has a fixture of the first release without each quirk', () => {
    for (const [name, { until }] of Object.entries(QUIRKS)) {
      const others = QUIRK_FIXTURES.filter(({ quirk }) => quirk === name).flatMap(
        (each) => each.others,
      );
      expect(others, name).toContain(`${until.major}.${until.minor}`);
    }
  });

  it.each(QUIRK_FIXTURES)('$quirk: $title', ({ quirk, files, releases, others, before, after }) => {
    for (const each of releases) {
      expect(hasQuirk(release(each), quirk), each).toBe(true);
      expect(command(files, release(each)), each).toBe(before);
    }
    for (const each of others) {
      expect(hasQuirk(release(each), quirk), each).toBe(false);
      expect(command(files, release(each)), each).toBe(after);
    }
  });

  it('counts an unknown release as one without any', () => {
    for (const name of Object.keys(QUIRKS) as Quirk[])
      expect(hasQuirk(undefined, name)).toBe(false);
  });
});

describe('a dump of sshd itself', () => {
  const files = { sshd_config: 'AuthorizedKeysCommand /a\nAuthorizedKeysCommandUser nobody\n' };

  const { releases = [], others = [] } =
    QUIRK_FIXTURES.find(({ quirk }) => quirk === 'unset-not-dumped') ?? {};

  it.each([
    ...releases.map((each) => [each, undefined, false] as const),
    ...others.map((each) => [each, '/a', true] as const),
  ])('of %s without a line for the command means %s', (version, expected, agrees) => {
    const [start] = readModel(quirkTree(files), release(version)).starts;
    const dump = parseDump('port 22\n');
    const found = start && effectiveCommand(start, OWN, {}, dump);
    expect(found).toMatchObject({ agrees });
    expect(found?.command).toBe(expected);
  });

  it('is right where it disagrees with the files', () => {
    const [start] = readModel(quirkTree(files), release('8.2')).starts;
    const dump = parseDump('authorizedkeyscommand /b\nauthorizedkeyscommanduser nobody\n');
    const found = start && effectiveCommand(start, OWN, {}, dump);
    expect(found).toMatchObject({ command: '/b', agrees: false });
  });
});
