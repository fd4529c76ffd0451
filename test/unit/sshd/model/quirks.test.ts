import { describe, expect, it } from 'vitest';
import { parseDump } from '../../../../src/sshd/model/dump.ts';
import {
  DEB_COMMAND_PATH,
  effectiveCommand,
  effectiveSetting,
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

  it('has no release with a quirk before the first one with it', () => {
    for (const [name, { since }] of Object.entries(QUIRKS)) {
      if (since === undefined) continue;
      const before = { major: since.major, minor: since.minor - 1 };
      expect(hasQuirk(before, name as Quirk), name).toBe(false);
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

  it.each([
    ['7.4', false],
    ['7.6', true],
  ])('of %s without a line for the user agrees with a file that has one: %s', (version, agrees) => {
    const [start] = readModel(quirkTree(files), release(version)).starts;
    const dump = parseDump('port 22\n');
    const found = start && effectiveSetting(start, 'authorizedkeyscommanduser', {}, dump);
    expect(found?.agrees).toBe(agrees);
  });

  it('agrees with a file whose carriage return it prints', () => {
    const crlf = { sshd_config: 'AuthorizedKeysCommand /a %f\r\n' };
    const [start] = readModel(quirkTree(crlf), release('7.4')).starts;
    const dump = parseDump('authorizedkeyscommand /a %f\r\n');
    expect(start && effectiveCommand(start, OWN, {}, dump)).toMatchObject({ agrees: true });
  });

  it("has an included file's Match block win over an earlier global line in 8.2", () => {
    const included = {
      sshd_config: 'AuthorizedKeysCommand /main\nInclude /etc/ssh/a\n',
      a: 'Match User daemon\nAuthorizedKeysCommand /match\n',
    };
    expect(command(included, release('8.2'))).toBe('/match');
  });

  it('is right where it disagrees with the files', () => {
    const [start] = readModel(quirkTree(files), release('8.2')).starts;
    const dump = parseDump('authorizedkeyscommand /b\nauthorizedkeyscommanduser nobody\n');
    const found = start && effectiveCommand(start, OWN, {}, dump);
    expect(found).toMatchObject({ command: '/b', agrees: false });
  });
});
