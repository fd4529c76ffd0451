import { isWritableByOthers, unsafeReason, type PathFacts } from '../../system/path-safety.ts';
import { splitWords } from '../../ssh/words.ts';
import { fail, pass, type Check, type CheckResult } from '../check.ts';
import { command, own } from '../facts/sshd.ts';
import { presentFiles } from './files-present.ts';
import type { Inspection } from '../inspection.ts';
import { fix, reinstall, shellCommand } from '../remedies.ts';

/**
 * What sshd executes for us, or will once it is wired, passes sshd's own test of it, and its user may get
 * there. Of what the package installs `files-mode` speaks.
 */
export const commandPath: Check = {
  id: 'command-path',
  group: 'sshd',
  title: 'path permissions',
  dependsOn: ['files-present'],
  async run(on) {
    const { ours, command: line } = (await on.fact(command)) ?? {};
    const { path } = on.fact(own);
    // A command that chains to ours comes first on its line.
    const program = ours === true && line !== undefined ? splitWords(line)?.[0] : undefined;
    const paths = [...new Set([program ?? path, path])];
    for (const each of paths) {
      const way = wayTo(on, each);
      if (way === undefined) {
        return fail(`${each} does not exist, or is a dangling link`, reinstall(on));
      }
      const problem = unsafeEntry(on, way) ?? closedEntry(way);
      if (problem !== undefined) return problem;
    }
    return pass(`${paths.join(', ')} and each folder above ${paths.length === 1 ? 'it' : 'them'}`);
  },
};

const MAY_WRITE = 0o022;
const MAY_ENTER = 0o001;

function wayTo(on: Inspection, path: string): readonly PathFacts[] | undefined {
  const packaged = new Set(on.fact(presentFiles).map((entry) => entry.path));
  try {
    return on.edges
      .wayTo(path)
      .map((entry) =>
        packaged.has(entry.path)
          ? { ...entry, uid: 0, mode: (entry.mode & ~MAY_WRITE) | MAY_ENTER }
          : entry,
      );
  } catch {
    return undefined;
  }
}

function unsafeEntry(on: Inspection, way: readonly PathFacts[]): CheckResult | undefined {
  if (unsafeReason(way) === undefined) return undefined;
  const found = unsafeReason(way, on.edges.sshd.rootGroupMayWrite());
  if (found === undefined) return undefined;
  const commands = way.flatMap((entry) => [
    ...(entry.uid === 0 ? [] : [shellCommand('chown', '-h', 'root', entry.path)]),
    ...(isWritableByOthers(entry) ? [shellCommand('chmod', 'go-w', entry.path)] : []),
  ]);
  return fail(`sshd refuses it: ${found}`, fix(commands.join(' && ')));
}

/** sshd checks the way as root, and then runs the command as somebody who may not get there. */
function closedEntry(way: readonly PathFacts[]): CheckResult | undefined {
  const closed = way.filter(({ mode }) => (mode & MAY_ENTER) === 0);
  const [first] = closed;
  if (first === undefined) return undefined;
  const command = shellCommand('chmod', 'o+x', ...closed.map(({ path }) => path));
  return fail(`the command's user cannot enter ${first.path}`, fix(command));
}
