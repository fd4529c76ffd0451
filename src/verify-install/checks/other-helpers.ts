import { parseTemplate } from '../../helpers/arguments.ts';
import {
  ARGUMENTS_SUFFIX,
  HELPERS_DIRECTORY,
  helperNames,
  MAX_HELPERS,
} from '../../helpers/names.ts';
import { isExecutable, isWritableByOthers, unsafeReason } from '../../system/path-safety.ts';
import { fail, pass, type Check, type CheckResult } from '../check.ts';
import { isThere } from '../facts/host.ts';
import type { Inspection } from '../inspection.ts';
import { decide, fix, lookAt, shellCommand } from '../remedies.ts';

/** The administrator's own helpers, which run beside this program, pass the same tests as it. */
export const otherHelpers: Check = {
  id: 'other-helpers',
  group: 'sshd',
  title: 'other helpers',
  dependsOn: [],
  run(on) {
    if (!isThere(on, HELPERS_DIRECTORY)) return pass('none');
    const names = helperNames(on.edges.sshd.tree.names(HELPERS_DIRECTORY));
    if (names.length > MAX_HELPERS) {
      const found = `${names.length} helpers, expected at most ${MAX_HELPERS}`;
      return fail(found, lookAt(`ls ${HELPERS_DIRECTORY}`, 'remove some of them'));
    }
    const problem = names
      .map((name) => `${HELPERS_DIRECTORY}/${name}`)
      .map((path) => wayProblem(on, path) ?? argumentsProblem(on, path))
      .find((each) => each !== undefined);
    if (problem !== undefined) return problem;
    return pass(names.length === 0 ? 'none' : names.join(', '), { helpers: names.length });
  },
};

function wayProblem(on: Inspection, path: string): CheckResult | undefined {
  let way;
  try {
    way = on.edges.wayTo(path);
  } catch {
    return fail(
      `${path} does not exist, or is a dangling link`,
      lookAt(shellCommand('ls', '-l', path)),
    );
  }
  const [itself] = way;
  if (itself !== undefined && !isExecutable(itself)) {
    return fail(`${path} is not executable`, fix(shellCommand('chmod', 'a+rx', path)));
  }
  const unsafe = unsafeReason(way);
  if (unsafe === undefined) return undefined;
  const wrong = way.find((entry) => entry.uid !== 0 || isWritableByOthers(entry));
  const at = wrong?.path ?? path;
  const chown = shellCommand('chown', '-h', 'root', at);
  const take = wrong?.kind === 'link' ? chown : `${chown} && ${shellCommand('chmod', 'go-w', at)}`;
  return fail(
    `it is left out: ${unsafe}`,
    decide(shellCommand('ls', '-ld', at), 'whoever maintains this helper', {
      command: take,
      changes: `only root can change ${at} from then on`,
    }),
  );
}

function argumentsProblem(on: Inspection, path: string): CheckResult | undefined {
  const file = `${path}${ARGUMENTS_SUFFIX}`;
  const text = on.edges.sshd.tree.text(file);
  const template = text === undefined ? undefined : parseTemplate(text);
  if (template === undefined || template.ok) return undefined;
  const remedy = decide(shellCommand('cat', file), 'whoever maintains this helper', {
    command: `echo '%u %f' > ${file}`,
    changes: 'the helper gets the user and the fingerprint, and nothing else',
  });
  return fail(`${file}: ${template.detail}`, remedy);
}
