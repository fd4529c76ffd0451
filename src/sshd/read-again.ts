import { activate } from './activate.ts';
import { activating, type WiringContext } from './context.ts';
import { listenerStart, type Listener } from './plan/listener.ts';
import { changesSince, readingOf, type ChangesSince, type Reading } from './reading.ts';
import { reloadFailure, type WiringResult } from './result.ts';

/** What is known of a listener's reading of its configuration. */
export interface Freshness extends ChangesSince {
  /** Undefined where nothing tells; then nothing counts as changed. */
  readonly reading: Reading | undefined;
}

/** What changed after a listener had read its configuration. */
export function freshnessOf(
  { edges, version }: Pick<WiringContext, 'edges' | 'version'>,
  listener: Listener,
): Freshness {
  const start = listenerStart(edges.tree, version, listener);
  const reading = readingOf(edges, start, listener.pid);
  if (reading === undefined) return { reading, changed: [], perhaps: [] };
  return { reading, ...changesSince(edges, start, reading) };
}

/**
 * For a command that finds nothing to write: has the running sshd read a configuration again that changed
 * after it had read it, or may have. What the files say counts for no login before that.
 *
 * @returns nothing where every sshd has read what there is
 */
export function readAgain(context: WiringContext): Partial<WiringResult> {
  const { edges, starts, options } = context;
  const ours = edges
    .listeners()
    .filter(({ configFile }) => starts.some((start) => start.arguments.configFile === configFile));
  const all = ours.flatMap((listener) => {
    const { changed, perhaps } = freshnessOf(context, listener);
    return [...changed, ...perhaps];
  });
  if (all.length === 0) return {};
  const readBefore = [...new Set(all)];
  if (options.dryRun === true) return { readBefore };
  const activations = activate(activating(context), starts, []);
  return { readBefore, activations, ...reloadFailure(activations) };
}
