import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TARGETS } from '../../../scripts/package/target.ts';
import {
  DEB_COMMAND_PATH,
  PROGRAM_PATH,
  RPM_COMMAND_PATH,
} from '../../../src/sshd/model/effective.ts';
import { BODY_LIMITS } from '../../../src/imds/limits.ts';
import { PEM_LIMITS } from '../../../src/signer/verify-signer.ts';
import { UNMANAGED_PATH } from '../../../src/sshd/edges.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const SCRIPTS = globSync('packaging/{deb,rpm}/*', { cwd: ROOT }).filter(
  (path) => !/\.(spec|toml)$/.test(path),
);
const texts = SCRIPTS.map(read).join('\n');

describe('what src, the build and the packages have in common', () => {
  it('is one path of the command for each family, in the scripts and the list of files', () => {
    const families = [
      ['deb', DEB_COMMAND_PATH],
      ['rpm', RPM_COMMAND_PATH],
    ] as const;
    for (const [family, path] of families) {
      const scripts = SCRIPTS.filter((script) => script.startsWith(`packaging/${family}/`));
      const named = scripts.flatMap(
        (script) => read(script).match(/\/\S*eic_run_authorized_keys/g) ?? [],
      );
      expect(new Set([...named, path])).toEqual(new Set([path]));
      expect(read('packaging/files.json')).toContain(`"${path}"`);
    }
    expect(read('packaging/files.json')).toContain(`"${PROGRAM_PATH}"`);
  });

  it('is the name of the file that says hands off', () => {
    const named = texts.match(/\/etc\/ec2-instance-connect\/\S*unmanaged/g) ?? [];
    expect(new Set([...named, UNMANAGED_PATH])).toEqual(new Set([UNMANAGED_PATH]));
  });
});

describe('the limits', () => {
  it('of a chain are the same where it is fetched and where it is read', () => {
    expect(PEM_LIMITS.size).toBe(BODY_LIMITS.chain);
  });
});

describe('the architectures', () => {
  // The one list is scripts/package/target.ts; whoever wants one takes it from there.
  const names = TARGETS.flatMap(({ node, deb, rpm }) => [node, deb, rpm]);
  const sources = globSync('{src,scripts}/**/*.ts', { cwd: ROOT }).filter(
    (path) => path !== 'scripts/package/target.ts',
  );

  it('stand in no other list of the build', () => {
    const list = new RegExp(`\\[[^\\]]*'(${names.join('|')})'[^\\]]*\\]`);
    expect(sources.filter((path) => list.test(read(path)))).toEqual([]);
  });

  it('are those whose Node is a dependency', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      optionalDependencies: Readonly<Record<string, string>>;
    };
    const wanted = TARGETS.map(({ node }) => `node-linux-${node}`);
    expect(
      Object.keys(optionalDependencies)
        .filter((name) => name.startsWith('node-linux-'))
        .sort(),
    ).toEqual(wanted.toSorted());
  });
});
