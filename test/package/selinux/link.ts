/** Kernel policies made of the module and others'. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runOrThrow } from '../../rig/run.ts';

const VM = join(import.meta.dirname, '../../vm');
/** What semodule(8) calls for a .pp: the same rules in CIL. */
const CONVERTER = '/usr/libexec/selinux/hll/pp';

/**
 * Links modules into Debian's default policy with its own semodule(8), its neverallow rules checked.
 * @param folder where `policy` and `file_contexts` are put
 * @param modules .pp and .cil files, installed; bare names, removed again afterwards
 * @returns the path of the kernel's policy
 */
export async function linkPolicy(folder: string, modules: readonly string[]): Promise<string> {
  const root = (await runOrThrow([join(VM, 'build.sh')], { timeout: 600_000 })).trim();
  await runOrThrow([join(VM, 'policy.sh'), root, folder, ...modules], { timeout: 300_000 });
  return join(folder, 'policy');
}

/**
 * Compiles .pp and .cil files to a policy of their own.
 * @param folder where the policy is put
 * @returns the path of the kernel's policy
 */
export function compilePolicy(folder: string, modules: readonly string[]): string {
  const sources = modules.map((module) => {
    if (!module.endsWith('.pp')) return module;
    const source = join(folder, `${basename(module, '.pp')}.cil`);
    writeFileSync(source, execFileSync(CONVERTER, [module]));
    return source;
  });
  const policy = join(folder, 'compiled-policy');
  execFileSync('secilc', ['-o', policy, '-f', join(folder, 'compiled-contexts'), ...sources]);
  return policy;
}
