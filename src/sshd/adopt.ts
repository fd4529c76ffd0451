import { CHAIN_DIRECTORY } from '../chain/names.ts';
import { demandAccepted, demandWirable, runCommand } from './context.ts';
import type { WiringContext, WiringOptions } from './context.ts';
import type { RunResult, SshdEdges } from './edges.ts';
import { conflictDetail, conflictsOf, isWired, wire } from './enable.ts';
import { splitWords } from './model/words.ts';
import { adoptCommand, type Adoption } from './plan/adoption.ts';
import type { Conflict } from './plan/conflicts.ts';
import { publicFile, sameImage, type Image } from './plan/image.ts';
import { WiringRefusal, type WiringResult } from './result.ts';

/** What stands for `%f` when a helper is tried: a fingerprint that no key has. */
const TRIAL_FINGERPRINT = 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

/**
 * `sshd adopt`: the other helper keeps working, as a link in the chain's folder with its arguments
 * beside it, and our command becomes the AuthorizedKeysCommand. The other's lines in sshd's
 * configuration are not touched: ours are read before them, so disable only has to take ours away.
 *
 * A command in a Match block stays as it is, because in the chain it would speak for users whom the
 * block does not name; the result lists it.
 */
export function adopt(edges: SshdEdges, options: WiringOptions = {}): WiringResult {
  return runCommand(edges, 'adopt', options, (context) => {
    const conflicts = conflictsOf(context);
    const kept = conflicts.filter(({ reason }) => reason === 'command-in-match');
    if (isWired(context)) return { conflicts: kept };
    demandWirable(context);
    const others = conflicts.filter(({ reason }) => reason !== 'command-in-match');
    const disabled = others.find(({ reason }) => reason === 'command-disabled');
    if (disabled !== undefined) {
      throw new WiringRefusal('command-disabled', conflictDetail(disabled), [disabled]);
    }
    demandAccepted(edges, context.starts, 'configuration-invalid');
    const [other, ...more] = others;
    if (more.some(({ setting }) => setting.value !== other?.setting.value)) {
      const detail = others.map(conflictDetail).join(', ');
      throw new WiringRefusal('commands-differ', detail, others);
    }
    if (other === undefined) return { ...wire(context, 'enable', new Map()), conflicts: kept };
    const helper = helperImages(context, other);
    return { ...wire(context, 'adopt', helper), conflicts: kept };
  });
}

function helperImages(context: WiringContext, other: Conflict): ReadonlyMap<string, Image> {
  const { edges, record } = context;
  const adoption = adoptCommand(other.setting.value);
  if (!adoption.ok) throw new WiringRefusal(adoption.reason, adoption.detail, [other]);
  const { helper, program, argumentsFile, template } = adoption.value;
  const unsafe = edges.unsafeProgram(program);
  if (unsafe !== undefined) throw new WiringRefusal('helper-unsafe', unsafe, [other]);
  tryHelper(context, other, adoption.value);
  const images = new Map<string, Image>([
    [argumentsFile, publicFile(template)],
    [helper, { type: 'link', target: program }],
  ]);
  for (const [path, image] of images) {
    const now = edges.image(path);
    const known = record?.changes.some((change) => change.path === path) === true;
    if (now !== null && !known && !sameImage(now, image)) {
      throw new WiringRefusal('path-taken', `${path} exists, in ${CHAIN_DIRECTORY}`, [other]);
    }
  }
  return images;
}

/**
 * In the chain a helper runs as our system user, not as its own. Runs it both ways, as sshd would
 * for the user root, and refuses when it only works as its own user.
 */
function tryHelper({ edges, own }: WiringContext, other: Conflict, adoption: Adoption): void {
  if (other.user === undefined || other.user === own.user) return;
  const argv = [adoption.program, ...trialArguments(adoption.template)];
  const before = runAs(edges, argv, other.user);
  const after = runAs(edges, argv, own.user);
  if (before === undefined || after === undefined || before.status !== 0) return;
  if (after.status === 0 && after.stdout === before.stdout) return;
  const found = after.status === 0 ? 'another output' : `exit status ${after.status ?? 'none'}`;
  const detail = `as ${other.user} ${adoption.program} gives exit status 0, as ${own.user} ${found}`;
  throw new WiringRefusal('helper-needs-its-user', detail, [other]);
}

function trialArguments(template: string): readonly string[] {
  const values: Readonly<Record<string, string>> = {
    '%u': 'root',
    '%f': TRIAL_FINGERPRINT,
    '%h': '/root',
    '%%': '%',
  };
  const words = splitWords(template.trimEnd()) ?? [];
  return words.map((word) => word.replace(/%[ufh%]/g, (token) => values[token] ?? token));
}

function runAs(edges: SshdEdges, argv: readonly string[], user: string): RunResult | undefined {
  const account = edges.account(user);
  return account === undefined ? undefined : edges.run(argv, account);
}
