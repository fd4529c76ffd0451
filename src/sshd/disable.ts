import { activate, listenerOf } from './activate.ts';
import { activating, runCommand, type WiringContext, type WiringOptions } from './context.ts';
import { overlay, type FileTree } from '../system/file-tree.ts';
import type { SshdEdges } from './edges.ts';
import { commandFacts, effectiveCommand } from './model/effective.ts';
import { matchSettings, readModel, type SshdStart } from './model/model.ts';
import { hostStarts } from './plan/conflicts.ts';
import { inverse, type Change } from './plan/image.ts';
import { listenerStart, type Listener } from './plan/listener.ts';
import type { WiringRecord } from './plan/record.ts';
import { bringBack, retirementChanges } from './plan/replaced.ts';
import { retireLines } from './plan/stock.ts';
import { retireUserBlocks } from './plan/user-blocks.ts';
import { readAgain } from './read-again.ts';
import { describeChanges } from './report.ts';
import { reloadFailure, WiringRefusal, type Activation, type WiringResult } from './result.ts';
import { checkConfiguration } from './sshd-program.ts';
import { carryOut, untouched } from './transaction.ts';

/**
 * `sshd disable`: takes away exactly what enable or adopt wrote, by the record that they kept, what the
 * stock package wrote for the same command, and the files that verify-install has a person paste for it. A file that was edited since is left alone and named; the
 * command then fails, and the record keeps the file. A configuration that sshd refused before is no
 * reason to keep our part in it.
 *
 * An sshd that was started with our command as an option has it until it is restarted: the command does
 * that where it is asked to, and fails otherwise. An adopted helper stays in the chain until then.
 */
export function disable(edges: SshdEdges, options: WiringOptions = {}): WiringResult {
  return runCommand(edges, 'disable', options, (context) => {
    const { ours, edited } = untouched(edges, context.record?.changes ?? []);
    const needed = neededUntilRestart(context, ours);
    const mine = inverse(ours.filter((change) => !needed.includes(change)));
    const changes = [...mine, ...stockChanges(context)];
    const kept = [...needed, ...edited];
    const nothing = changes.length === 0 && (context.record === null || kept.length > 0);
    if (nothing && kept.length === 0 && !isOptionOfRunning(context)) {
      return { ...readAgain(context), ...stillSet(context) };
    }
    const result: Partial<WiringResult> = {
      outcome: 'done',
      changes: describeChanges(changes),
      ...takeAway(context, changes, kept),
    };
    if (edited.length > 0) return { ...result, ...editedSince(edited) };
    if (needed.length > 0) return { ...result, outcome: 'failed', reason: 'restart-first' };
    return result.outcome === 'done' ? { ...result, ...stillSet(context, changes) } : result;
  });
}

function editedSince(edited: readonly Change[]): Partial<WiringResult> {
  const leftAlone = edited.map(({ path }) => path);
  return { outcome: 'failed', reason: 'edited-since', detail: leftAlone.join(', '), leftAlone };
}

/** The stock package's wiring, and what verify-install had somebody paste for one user, go with ours. */
function stockChanges({
  edges,
  base,
  own,
  record,
  stock,
  options,
}: WiringContext): readonly Change[] {
  if (options.giveBack === true) return bringBack(record?.replaced ?? [], edges.image);
  const retirement = new Map([...stock, ...retireLines(base, own)]);
  return [
    ...retirementChanges(retirement, edges.image, edges.tree.names),
    ...retireUserBlocks(edges.tree, own, edges.image),
  ];
}

/** Whether an sshd that listens was started with our command as an option. */
function isOptionOfRunning(context: WiringContext): boolean {
  return context.edges.listeners().some((listener) => hasOurs(context, listener));
}

function hasOurs({ edges, own, version }: WiringContext, listener: Listener): boolean {
  const { setting, ours } = effectiveCommand(listenerStart(edges.tree, version, listener), own);
  return ours && setting?.place.line === 0;
}

/** The adopted helper's files, as long as an sshd runs with our command as an option. */
function neededUntilRestart(context: WiringContext, ours: readonly Change[]): readonly Change[] {
  const { record, starts, edges } = context;
  if (record?.mode !== 'adopt') return [];
  const listeners = edges.listeners();
  const runs = starts.some((start) => {
    const listener = listenerOf(listeners, start);
    return listener !== undefined && hasOurs(context, listener);
  });
  return runs ? ours.filter(({ path }) => path.startsWith('/etc/ec2-instance-connect')) : [];
}

function takeAway(
  context: WiringContext,
  changes: readonly Change[],
  kept: readonly Change[],
): Partial<WiringResult> {
  const { edges, record, starts, options } = context;
  if (options.dryRun === true) return {};
  const recordAfter: WiringRecord | null =
    kept.length === 0 || record === null ? null : { ...record, id: edges.newId(), changes: kept };
  const accepted = starts.every((start) => checkConfiguration(edges, start).ok);
  const journal = { format: 1, action: 'disable', changes, recordBefore: record } as const;
  const finish = (): readonly Activation[] => {
    const after = startsNow(context);
    for (const start of accepted ? after : []) {
      const check = checkConfiguration(edges, start);
      if (!check.ok) throw new WiringRefusal('configuration-rejected', check.words);
    }
    return activate(activating(context), after, changes);
  };
  const isDue = changes.length > 0 || (record !== null && kept.length === 0);
  const activations = isDue ? carryOut(edges, { ...journal, recordAfter }, finish) : finish();
  return { activations, ...unfinished(activations, options) };
}

function unfinished(
  activations: readonly Activation[],
  { fromPackage }: WiringOptions,
): Partial<WiringResult> {
  const failure = reloadFailure(activations);
  if (failure !== undefined) return failure;
  const restart = activations.find(({ state }) => state === 'restart-needed');
  if (restart === undefined || fromPackage === true) return {};
  const detail = `systemctl restart ${restart.unit ?? 'sshd'}`;
  return { outcome: 'failed', reason: 'restart-needed', detail };
}

/** Lines that name our command and that nobody of ours wrote: their writer has to take them away. */
function stillSet(context: WiringContext, planned: readonly Change[] = []): Partial<WiringResult> {
  if (context.options.giveBack === true) return {};
  const { own, version } = context;
  const after = planned.map(({ path, after: image }) => {
    return [path, image?.type === 'file' ? image.text : undefined] as const;
  });
  const tree =
    context.options.dryRun === true ? overlay(context.edges.tree, new Map(after)) : undefined;
  const settings = startsNow(context, tree).flatMap((start) => {
    const { ours, setting } = effectiveCommand(start, own);
    return [
      ...(ours && setting ? [setting] : []),
      ...matchSettings(start, 'authorizedkeyscommand'),
    ];
  });
  const left = settings.filter(({ value }) => commandFacts(value, own, version).ours);
  const places = [...new Set(left.map(({ place }) => `${place.path}:${place.line}`))];
  if (places.length === 0) return {};
  return { outcome: 'failed', reason: 'still-set', detail: places.join(', ') };
}

function startsNow(
  { edges, version }: WiringContext,
  tree: FileTree = edges.tree,
): readonly SshdStart[] {
  return hostStarts(readModel(tree, version));
}
