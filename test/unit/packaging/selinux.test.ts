import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import manifest from '../../../packaging/files.json' with { type: 'json' };
import packageJson from '../../../package.json' with { type: 'json' };
import { POLICY_MODULE } from '../../../scripts/package/selinux.ts';
import { HELPERS_DIRECTORY } from '../../../src/helpers/names.ts';

const source = (extension: string): string =>
  readFileSync(`packaging/selinux/${POLICY_MODULE}.${extension}`, 'utf8');

/** What the module labels, in the order of the file: a pattern for the whole path, and the type. */
const labels = source('fc')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [pattern = '', ...rest] = line.split(/\s+/);
    return { pattern: new RegExp(`^${pattern}$`), type: rest.at(-1)?.split(':')[2] };
  });

const typeOf = (path: string): string | undefined =>
  labels.findLast(({ pattern }) => pattern.test(path))?.type;

it('labels each copy of the launcher and the program, and no other file of the packages', () => {
  const executed = ['build/launch', 'build/program'];
  const files = manifest.files.filter((file) => file.type === 'file');
  expect(files.filter(({ source = '' }) => executed.includes(source)).length).toBeGreaterThan(2);
  for (const { path, source = '' } of files) {
    const expected = executed.includes(source) ? 'ec2_instance_connect_exec_t' : undefined;
    expect([path, typeOf(path)]).toEqual([path, expected]);
  }
});

it('labels the folder of the chain, so that new helpers take its type', () => {
  for (const path of [HELPERS_DIRECTORY, `${HELPERS_DIRECTORY}/helper`]) {
    expect(typeOf(path)).toBe('ec2_instance_connect_chain_exec_t');
  }
});

it('has the version of the packages', () => {
  expect(source('te')).toMatch(
    new RegExp(`^module ${POLICY_MODULE} ${packageJson.version.replaceAll('.', '\\.')};$`, 'm'),
  );
});
