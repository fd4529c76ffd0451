import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../../../src/verify-install/checks/index.ts';
import type { CheckId } from '../../../../src/verify-install/check.ts';
import { BREAKAGES } from '../../../e2e/verify-install/breakages.ts';

const FOLDER = join(import.meta.dirname, '../../../../src/verify-install/checks');
const FILES = globSync('*.ts', { cwd: FOLDER })
  .map((file) => basename(file, '.ts'))
  .filter((name) => name !== 'index');

/** The checks that nobody breaks on the test's machine, and why. */
const UNBROKEN: Readonly<Partial<Record<CheckId, string>>> = {
  'sshd-present': 'without sshd nobody could log in to break or mend anything',
  'match-blocks': 'it warns at most: its breakages are those of authorized-keys-command',
  'debug-switch': 'it warns at most, and a unit test has each of its states',
  'imds-ipv6': 'it warns at most: logins fall back to IPv4',
  'imds-proxy': 'it warns at most, and a unit test has the proxy',
  selinux: 'a container has no SELinux; test/package/selinux and the virtual machine have',
  'dry-run': 'it fails with what the checks before it have found, and is left out then',
  'witness-own': 'a dry run that succeeds disproves it; a unit test has one that does not',
  'dry-run-user': 'the same, for the user in question',
};

describe('the checks of verify-install', () => {
  it('are the files of their folder, each under its own name', () => {
    expect(CHECKS.map(({ id }) => id).toSorted()).toEqual(FILES.toSorted());
  });

  it('are broken once each, or say why not', () => {
    const broken = new Set<string>(BREAKAGES.map(({ check }) => check));
    const reasoned = Object.keys(UNBROKEN);
    expect(FILES.filter((name) => !broken.has(name) && !reasoned.includes(name))).toEqual([]);
    expect(reasoned.filter((name) => broken.has(name) || !FILES.includes(name))).toEqual([]);
  });
});
