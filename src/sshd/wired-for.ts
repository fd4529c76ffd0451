import { neededTokens, parseTemplate } from '../helpers/arguments.ts';
import type { CommandToken } from '../ssh/command-tokens.ts';
import { conflictsOf, type WiringContext } from './context.ts';
import type { Image } from './plan/image.ts';
import { askedTokens } from './plan/lacking-tokens.ts';
import {
  chainedCommand,
  knownTokens,
  wiredCommand,
  type WiredCommand,
} from './plan/wired-command.ts';

/**
 * What sshd is to run on this host: our command with every token that a helper's arguments ask for
 * and this release fills; where the other command is to stay in front of ours, its own chain.
 *
 * @param extra files that are written with the wiring: the adopted helper's arguments
 */
export function wiredFor(
  context: WiringContext,
  mode: 'enable' | 'adopt',
  extra: ReadonlyMap<string, Image> = new Map(),
): WiredCommand {
  const { own, version } = context;
  const tokens = knownTokens(helperTokens(context, extra), version);
  const chained = mode === 'adopt' ? chainFor(context, tokens) : undefined;
  return chained ?? wiredCommand(own, tokens);
}

/**
 * The other command with ours as the next of its chain, where it can chain: systemd's userdbctl reads
 * what root alone may read, so it cannot run as our user; ours can run as root.
 *
 * @returns undefined where it cannot, and the other command is to become a helper
 */
export function chainFor(
  context: WiringContext,
  tokens: Iterable<CommandToken> = [],
): WiredCommand | undefined {
  const { edges, own } = context;
  const others = conflictsOf(context).filter(({ reason }) => reason === 'other-command');
  const [other, ...more] = others;
  const same = more.every(({ setting }) => setting.value === other?.setting.value);
  if (other?.user === undefined || !same) return undefined;
  const command = { command: other.setting.value, user: other.user };
  const chained = chainedCommand(command, own, tokens);
  const [program = ''] = chained?.command.split(' ') ?? [];
  if (chained === undefined || edges.unsafeProgram(program, 'sshd') !== undefined) return undefined;
  return edges.run([program, '--help']).stdout.includes('--chain') ? chained : undefined;
}

/** The tokens that the arguments of the administrator's helpers, and of the adopted one, ask for. */
function helperTokens(
  { edges }: WiringContext,
  extra: ReadonlyMap<string, Image>,
): ReadonlySet<CommandToken> {
  const added = [...extra.values()].flatMap((image) => {
    const template = image.type === 'file' ? parseTemplate(image.text) : undefined;
    return template?.ok === true ? [...neededTokens(template.value)] : [];
  });
  const asked = [...askedTokens(edges.tree).values()].flatMap((tokens) => [...tokens]);
  return new Set([...asked, ...added]);
}
