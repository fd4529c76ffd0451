/** The SELinux policy module, compiled. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './process.ts';

/** The name by which the module is installed and removed; semodule(8) takes it from the file's. */
export const POLICY_MODULE = 'ec2_instance_connect';
const SOURCES = join(import.meta.dirname, '../../packaging/selinux');

/**
 * The format of binary modules. Version 10 holds everything that this module uses and is older than every
 * system that it is for; the default of checkmodule(8) is too new for libsepol 2.5 (Amazon Linux 2).
 */
const FORMAT = '10';

/**
 * Compiles the policy module with its file contexts. Needs checkpolicy and semodule-utils.
 * @param folder where `ec2_instance_connect.pp` is written
 * @returns the path of the module
 */
export function makePolicyModule(folder: string): string {
  const work = mkdtempSync(join(tmpdir(), 'eic-policy-'));
  try {
    const source = join(SOURCES, POLICY_MODULE);
    const text = join(work, `${POLICY_MODULE}.te`);
    const parts = [`${source}.te`, join(SOURCES, 'chain.te')];
    writeFileSync(text, parts.map((part) => readFileSync(part, 'utf8')).join('\n'));
    const rules = join(work, `${POLICY_MODULE}.mod`);
    const module = join(folder, `${POLICY_MODULE}.pp`);
    run('checkmodule', ['-M', '-m', '-c', FORMAT, '-o', rules, text]);
    run('semodule_package', ['-o', module, '-m', rules, '-f', `${source}.fc`]);
    return module;
  } finally {
    rmSync(work, { recursive: true });
  }
}
