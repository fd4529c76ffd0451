import { isWritableByOthers, unsafeReason, type PathFacts } from '../../system/path-safety.ts';
import { splitWords } from '../../ssh/words.ts';
import { fail, pass, type Check, type CheckResult } from '../check.ts';
import { command, own } from '../facts/sshd.ts';
import type { Inspection } from '../inspection.ts';
import { fix, reinstall, shellCommand } from '../remedies.ts';

/** What sshd will execute passes sshd's own test of it, and its user may get there. */
export const commandPath: Check = {
  id: 'command-path',
  group: 'sshd',
  title: 'path permissions',
  dependsOn: ['files-present', 'files-mode', 'authorized-keys-command'],
  async run(on) {
    const line = (await on.fact(command))?.command;
    const path = (line === undefined ? undefined : splitWords(line)?.[0]) ?? on.fact(own).path;
    const way = wayTo(on, path);
    if (way === undefined)
      return fail(`${path} does not exist, or is a dangling link`, reinstall(on));
    return unsafeEntry(way) ?? closedEntry(way) ?? pass(`${path} and each folder above it`);
  },
};

function wayTo(on: Inspection, path: string): readonly PathFacts[] | undefined {
  try {
    return on.edges.wayTo(path);
  } catch {
    return undefined;
  }
}

function unsafeEntry(way: readonly PathFacts[]): CheckResult | undefined {
  const found = unsafeReason(way);
  if (found === undefined) return undefined;
  const commands = way.flatMap((entry) => [
    ...(entry.uid === 0 ? [] : [shellCommand('chown', '-h', 'root', entry.path)]),
    ...(isWritableByOthers(entry) ? [shellCommand('chmod', 'go-w', entry.path)] : []),
  ]);
  return fail(`sshd refuses it: ${found}`, fix(commands.join(' && ')));
}

/** sshd checks the way as root, and then runs the command as somebody who may not get there. */
function closedEntry(way: readonly PathFacts[]): CheckResult | undefined {
  const closed = way.filter(({ mode }) => (mode & 0o001) === 0);
  const [first] = closed;
  if (first === undefined) return undefined;
  const command = shellCommand('chmod', 'o+x', ...closed.map(({ path }) => path));
  return fail(`the command's user cannot enter ${first.path}`, fix(command));
}
