import { fail, pass, type Check } from '../check.ts';
import { parseAccount, parseGroup } from '../../system/accounts.ts';
import type { FileFacts } from '../edges.ts';
import type { Inspection } from '../inspection.ts';
import type { ManifestEntry } from '../manifest.ts';
import { listed, octal } from '../phrases.ts';
import { fix, MAX_COMMANDS, reinstall, shellCommand } from '../remedies.ts';
import { presentFiles } from './files-present.ts';

/** Every installed file has the mode and the owner that the package gave it. */
export const filesMode: Check = {
  id: 'files-mode',
  group: 'files',
  title: 'modes and owners',
  dependsOn: ['files-present'],
  async run(on) {
    const ids = await on.fact(systemIds);
    const wrong = on.fact(presentFiles).flatMap((entry) => deviation(on, entry, ids));
    if (wrong.length === 0) return pass('as packaged');
    const found = listed(wrong.map((each) => each.found));
    const commands = wrong.flatMap((each) => each.commands);
    if (commands.length > MAX_COMMANDS) return fail(found, reinstall(on));
    return fail(found, fix(commands.join(' && ')));
  },
};

interface SystemIds {
  readonly user: (name: string) => number | undefined;
  readonly group: (name: string) => number | undefined;
}

/** The names in a manifest are local ones, which every host has in its files. */
function systemIds(on: Inspection): Promise<SystemIds> {
  const { text } = on.edges.sshd.tree;
  const users = (text('/etc/passwd') ?? '').split('\n').flatMap((line) => parseAccount(line) ?? []);
  const groups = (text('/etc/group') ?? '').split('\n').flatMap((line) => parseGroup(line) ?? []);
  return Promise.resolve({
    user: (name) => users.find((account) => account.name === name)?.uid,
    group: (name) => groups.find((group) => group.name === name)?.gid,
  });
}

interface Deviation {
  readonly found: string;
  readonly commands: readonly string[];
}

function deviation(on: Inspection, entry: ManifestEntry, ids: SystemIds): Deviation[] {
  const facts = on.edges.stat(entry.path);
  if (facts === undefined) return [];
  const { path, owner, group } = entry;
  const wrong = [...modeDeviation(entry, facts)];
  if (facts.uid !== ids.user(owner) || facts.gid !== ids.group(group)) {
    wrong.push({
      found: `${path} belongs to ${facts.uid}:${facts.gid}, expected ${owner}:${group}`,
      commands: [shellCommand('chown', '--no-dereference', `${owner}:${group}`, path)],
    });
  }
  return wrong;
}

function modeDeviation(entry: ManifestEntry, facts: FileFacts): Deviation[] {
  if (entry.type === 'symlink' || facts.mode === entry.mode) return [];
  const { path } = entry;
  const found = `${path} has mode ${octal(facts.mode)}, expected ${octal(entry.mode)}`;
  return [{ found, commands: [shellCommand('chmod', octal(entry.mode), path)] }];
}
