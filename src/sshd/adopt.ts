import { HELPERS_DIRECTORY } from '../helpers/names.ts';
import { conflictsOf, demandAccepted, demandWirable, runCommand } from './context.ts';
import type { WiringContext, WiringOptions } from './context.ts';
import type { SshdEdges } from './edges.ts';
import { isWired, settled, wire } from './enable.ts';
import { adoptCommand } from './plan/adoption.ts';
import { conflictDetail, standsInTheWay, type Conflict } from './plan/conflicts.ts';
import { publicFile, sameImage, type Image } from './plan/image.ts';
import { WiringRefusal, type WiringResult } from './result.ts';
import { demandTrials, tryHelper } from './trial.ts';
import { chainFor } from './wired-for.ts';

/**
 * `sshd adopt`: the other helper keeps working, as a link in the chain's folder with its arguments
 * beside it, and our command becomes the AuthorizedKeysCommand. The other's lines in sshd's
 * configuration are not touched: ours are read before them, so disable only has to take ours away.
 *
 * A command in a Match block stays as it is, because in the chain it would speak for users whom the
 * block does not name. What can be done is done, and the result is a failure that lists it.
 *
 * userdbctl is not made a helper: it runs ours itself, as the next command of its chain.
 */
export function adopt(edges: SshdEdges, options: WiringOptions = {}): WiringResult {
  return runCommand(edges, 'adopt', options, (context) => {
    demandTrials(context);
    const conflicts = conflictsOf(context);
    const kept = conflicts.filter(({ reason }) => reason === 'command-in-match');
    if (isWired(context)) return notAdopted(kept, context, settled(context));
    demandWirable(context);
    const blocks = kept.filter(standsInTheWay);
    const [block] = blocks;
    if (block !== undefined) {
      throw new WiringRefusal('command-in-match', conflictDetail(block), blocks);
    }
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
    if (other === undefined) {
      return notAdopted(kept, context, wire(context, 'enable', new Map()));
    }
    const helper =
      chainFor(context) === undefined ? helperImages(context, other) : new Map<string, Image>();
    return notAdopted(kept, context, wire(context, 'adopt', helper));
  });
}

/** Whom a Match block names has its command alone still, which is not what was asked for. */
function notAdopted(
  kept: readonly Conflict[],
  { options }: WiringContext,
  result: Partial<WiringResult>,
): Partial<WiringResult> {
  const [block] = kept;
  const listed = { ...result, conflicts: kept };
  if (block === undefined || options.dryRun === true || result.outcome === 'failed') return listed;
  const detail = conflictDetail(block);
  return { ...listed, outcome: 'failed', reason: 'command-in-match', detail };
}

function helperImages(context: WiringContext, other: Conflict): ReadonlyMap<string, Image> {
  const { edges, record } = context;
  const adoption = adoptCommand(other.setting.value, context.version);
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
      throw new WiringRefusal('path-taken', `${path} exists, in ${HELPERS_DIRECTORY}`, [other]);
    }
  }
  return images;
}
