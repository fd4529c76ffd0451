import { TOKENS } from '../ssh/command-tokens.ts';
import type { SshdEdges } from './edges.ts';
import { effectiveCommand, type EffectiveCommand, type OwnCommand } from './model/effective.ts';
import type { SshdStart } from './model/model.ts';
import type { OpenSshVersion } from './model/version.ts';
import { firstOfEach } from './plan/conflicts.ts';
import { lackingTokens, tokenGap, type TokenGap } from './plan/lacking-tokens.ts';
import type { WiringRecord } from './plan/record.ts';
import { knownTokens } from './plan/wired-command.ts';
import { readRecord } from './state.ts';
import { untouched } from './transaction.ts';

/** What a gap is judged from. */
interface Facts {
  readonly edges: SshdEdges;
  readonly own: OwnCommand;
  readonly version: OpenSshVersion | undefined;
}

/**
 * What helpers ask for and one line of sshd does not pass, with what would pass it: the command of
 * ours that wrote the line, or the line itself. Both only for root, who alone can see which it is.
 *
 * @returns undefined where every helper gets what it asks for, and where the line does not work
 */
export function gapOf(facts: Facts, effective: EffectiveCommand): TokenGap | undefined {
  const { edges, own, version } = facts;
  const gap = tokenGap(edges.tree, effective, own, version);
  if (gap?.command === undefined) return gap;
  if (!edges.isRoot) return { helpers: gap.helpers };
  const record = recordOf(facts);
  const ours = record === null ? [] : untouched(edges, record.changes).ours;
  const isWritten = ours.some(({ path }) => path === effective.setting?.place.path);
  return record !== null && isWritten ? { ...gap, writtenBy: record.mode } : gap;
}

/**
 * The gaps of all lines that set the command for everybody, each once.
 *
 * @param planned whether a line would be written that passes all that this release knows
 */
export function tokenGaps(
  context: Facts & { readonly starts: readonly SshdStart[] },
  planned: boolean,
): readonly TokenGap[] {
  const { edges, own, version, starts } = context;
  if (planned) {
    const helpers = lackingTokens(edges.tree, knownTokens(TOKENS, version), version);
    return helpers.length === 0 ? [] : [{ helpers }];
  }
  const commands = starts.map((start) => effectiveCommand(start, own));
  const lines = firstOfEach(commands, ({ command = '' }) => [command]);
  return lines.flatMap((effective) => gapOf(context, effective) ?? []);
}

function recordOf({ edges }: Facts): WiringRecord | null {
  try {
    return readRecord(edges);
  } catch {
    return null;
  }
}
