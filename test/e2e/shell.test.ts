import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** rpm's scriptlets have no first line: rpm runs them with /bin/sh. */
const SCRIPTLETS = globSync('packaging/rpm/*', { cwd: ROOT }).filter(
  (path) => !/\.(spec|toml)$/.test(path),
);

const SCRIPTS = globSync('{.ci,scripts,packaging,test}/**/*', {
  cwd: ROOT,
  exclude: (path) => path.includes('node_modules') || path.startsWith('test/fixtures'),
}).filter((path) => {
  if (SCRIPTLETS.includes(path) || !statSync(join(ROOT, path)).isFile()) return false;
  return /^#!.*\b(ba)?sh\b/.test(readFileSync(join(ROOT, path), 'latin1').slice(0, 80));
});

/** What shellcheck warns of, one line each; nothing where all is well. */
function warnings(path: string, ...options: readonly string[]): string {
  const args = ['--severity=warning', '--format=gcc', ...options, path];
  try {
    return execFileSync('shellcheck', args, { cwd: ROOT, encoding: 'utf8' });
  } catch (error) {
    const { stdout, message } = error as Error & { stdout?: string };
    return stdout ?? message;
  }
}

describe('shellcheck', () => {
  it('finds the scripts', () => {
    expect(SCRIPTS).toContain('scripts/test.sh');
    expect(SCRIPTS).toContain('packaging/deb/postinst');
    expect(SCRIPTLETS).toContain('packaging/rpm/post');
  });

  it.each(SCRIPTS)('has nothing against %s', (path) => {
    expect(warnings(path)).toBe('');
  });

  it.each(SCRIPTLETS)('has nothing against the scriptlet %s', (path) => {
    expect(warnings(path, '--shell=sh')).toBe('');
  });
});
