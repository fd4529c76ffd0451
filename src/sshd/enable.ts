import { activate, differs, listenerOf } from './activate.ts';
import { activating, conflictsOf, demandAccepted, demandWirable, runCommand } from './context.ts';
import type { WiringContext, WiringOptions } from './context.ts';
import { REPLACED_STOCK_PATH, type SshdEdges } from './edges.ts';
import { CONFIG_FILE } from './model/arguments.ts';
import { effectiveCommand } from './model/effective.ts';
import { matchSettings, readModel } from './model/model.ts';
import { planChanges, type PlannedChanges } from './plan/changes.ts';
import { conflictDetail, hostStarts, runsOurs, standsInTheWay } from './plan/conflicts.ts';
import { publicFile, type Change, type Image } from './plan/image.ts';
import type { WiringRecord } from './plan/record.ts';
import { retirementChanges } from './plan/replaced.ts';
import { chooseWiring, type Wiring } from './plan/wiring.ts';
import { readAgain } from './read-again.ts';
import { describeChanges } from './report.ts';
import { reloadFailure, WiringRefusal, type WiringResult } from './result.ts';
import { dumpConfiguration, sshdProgram } from './sshd-program.ts';
import { carryOut, untouched } from './transaction.ts';
import { wiredFor } from './wired-for.ts';

/**
 * `sshd enable`: makes our command the AuthorizedKeysCommand in the least invasive way that works
 * on this host. Does nothing where it is effective already; refuses, changing nothing, where another
 * command is effective, or where an administrator has said `none`. A Match block with a command of its own
 * keeps it for its users, and the result lists it.
 *
 * The stock package's drop-in is part of it: ours takes its place in one transaction, and stays away
 * where that is refused. A package's script leaves alone what was switched off on purpose.
 */
export function enable(edges: SshdEdges, options: WiringOptions = {}): WiringResult {
  return runCommand(edges, 'enable', options, (context) => {
    const leave = options.fromPackage === true ? leftAlone(context) : undefined;
    if (leave !== undefined) return leave;
    if (isWired(context)) return { conflicts: conflictsOf(context), ...settled(context) };
    demandWirable(context);
    const conflicts = conflictsOf(context);
    const inTheWay = conflicts.filter(standsInTheWay);
    const [first] = inTheWay;
    if (first !== undefined) {
      throw new WiringRefusal(first.reason, conflictDetail(first), inTheWay);
    }
    demandAccepted(edges, context.starts, 'configuration-invalid');
    return { ...wire(context, 'enable', new Map()), conflicts };
  });
}

/**
 * What a package's script finds that is not its business: an sshd that is installed and not yet
 * configured, and a wiring, the stock package's or ours, that somebody has taken out of force.
 */
function leftAlone(context: WiringContext): Partial<WiringResult> | undefined {
  const { edges, starts, own, record } = context;
  // Where sshd is missing or has another command, the stock package had other reasons not to be wired.
  const isOther = !starts.some((start) => runsOurs(start, own)) && conflictsOf(context).length > 0;
  if (isOther || edges.unsafeProgram(sshdProgram(starts[0]), 'sshd') !== undefined) {
    if (context.options.dryRun !== true) takeMarkAway(edges);
    return undefined;
  }
  if (edges.image(CONFIG_FILE) === null) {
    return { outcome: 'left-alone', reason: 'sshd-not-configured' };
  }
  if (starts.some((start) => runsOurs(start, own))) return undefined;
  const missing = record?.changes.find(
    ({ path, after }) => after?.type === 'file' && edges.image(path) === null,
  );
  if (missing !== undefined) {
    return { outcome: 'left-alone', reason: 'switched-off', detail: `${missing.path} is gone` };
  }
  if (edges.image(REPLACED_STOCK_PATH) === null) return undefined;
  const detail = 'sshd did not use the stock package before';
  return { outcome: 'left-alone', reason: 'switched-off', detail };
}

/**
 * That all is wired: the mark of a takeover has had its time. A configuration that changed after the
 * running sshd had read it is read again, and a restart may still be needed.
 */
export function settled(context: WiringContext): Partial<WiringResult> {
  const { edges, starts, options } = context;
  const again = readAgain(context);
  if (options.dryRun === true) return again;
  takeMarkAway(edges);
  if (again.activations !== undefined) return again;
  const listeners = edges.listeners();
  const outdated = starts.filter((start) => {
    const listener = listenerOf(listeners, start);
    return listener !== undefined && differs(context, start, listener);
  });
  if (outdated.length === 0) return {};
  if (options.restart === true) return { activations: activate(activating(context), starts, []) };
  const units = outdated.map(({ unit }) => (unit === undefined ? {} : { unit: unit.name }));
  return { activations: units.map((each) => ({ ...each, state: 'restart-needed' })) };
}

function takeMarkAway(edges: SshdEdges): void {
  if (edges.image(REPLACED_STOCK_PATH) !== null) edges.put(REPLACED_STOCK_PATH, null);
}

/** Whether our command is effective, and what we wrote for it is what we would write now. */
export function isWired(context: WiringContext): boolean {
  const { starts, own, record, base, version, edges, stock } = context;
  if (stock.size > 0) return false;
  if (starts.length === 0 || !starts.every((start) => runsOurs(start, own))) return false;
  if (record === null) return true;
  // A drop-in repeats the unit's own command line, which an update of sshd's package may change.
  const current = chooseWiring(base, version, own, record.mode, wiredFor(context, record.mode));
  return untouched(edges, record.changes).ours.every(
    ({ path, after }) =>
      after?.type !== 'file' || (current?.get(path)?.text ?? after.text) === after.text,
  );
}

/**
 * Writes the wiring, and with it other files, in one transaction: asks sshd whether it accepts the
 * new configuration and has our command effective, and lets the running sshd have it.
 *
 * @param extra further images, written before the wiring: the adopted helper
 */
export function wire(
  context: WiringContext,
  mode: 'enable' | 'adopt',
  extra: ReadonlyMap<string, Image>,
): Partial<WiringResult> {
  const { edges, base, version, own, record } = context;
  const wiring = chooseWiring(base, version, own, mode, wiredFor(context, mode, extra));
  if (wiring === undefined) {
    throw new WiringRefusal(
      'no-wiring-works',
      'another statement would win over every file of ours',
    );
  }
  const { ours, edited } = untouched(edges, record?.changes ?? []);
  const earlier = new Set(ours.map(({ path }) => path));
  const wanted = new Map([...extra, ...wiringImages(context, wiring, earlier)]);
  const planned = planChanges(wanted, ours, edges.image);
  // Ours first: at each moment one of the two names a command.
  const replaced = retirementChanges(context.stock, edges.image, edges.tree.names);
  const changes = { ...planned, now: [...planned.now, ...replaced] };
  const kinds = [...new Set([...wiring.values()].map(({ kind }) => kind))];
  const described = {
    kinds,
    changes: describeChanges(changes.now),
    leftAlone: edited.map(({ path }) => path),
  };
  if (context.options.dryRun === true) return { outcome: 'done', ...described };
  const recordAfter: WiringRecord = {
    format: 1,
    id: edges.newId(),
    mode,
    kinds,
    changes: [...edited, ...changes.overall.map((change) => withBlock(change, wiring))],
    replaced: [...(record?.replaced ?? []), ...replaced],
  };
  return { ...described, ...commit(context, mode, changes, recordAfter) };
}

function commit(
  context: WiringContext,
  action: 'enable' | 'adopt',
  changes: PlannedChanges,
  recordAfter: WiringRecord,
): Partial<WiringResult> {
  const { edges, own, version, record } = context;
  const journal = {
    format: 1,
    action,
    changes: changes.now,
    recordBefore: record,
    recordAfter,
  } as const;
  const activations = carryOut(edges, journal, () => {
    const starts = hostStarts(readModel(edges.tree, version));
    demandAccepted(edges, starts, 'configuration-rejected');
    for (const start of starts) {
      const conditional = matchSettings(start, 'authorizedkeyscommand').length > 0;
      const dump = conditional
        ? undefined
        : dumpConfiguration(edges, start, { user: 'root' }, 'make');
      const { works, command, agrees } = effectiveCommand(start, own, {}, dump);
      if (!works || !agrees)
        throw new WiringRefusal('not-effective', `sshd has ${command ?? 'none'}`);
    }
    return activate(activating(context), starts, changes.now);
  });
  takeMarkAway(edges);
  return { outcome: 'done', ...reloadFailure(activations), activations };
}

/** The wiring's files as images; a path that somebody else has is refused. */
function wiringImages(
  { edges }: WiringContext,
  wiring: Wiring,
  earlier: ReadonlySet<string>,
): ReadonlyMap<string, Image> {
  const images = new Map<string, Image>();
  for (const [path, { kind, text }] of wiring) {
    const now = edges.image(path);
    if (now?.type === 'file' && kind === 'main-file') {
      images.set(path, { ...now, text });
    } else if (now === null || earlier.has(path)) {
      images.set(path, publicFile(text));
    } else {
      const found = now.type === 'link' ? 'is a symbolic link' : 'was not written by this program';
      throw new WiringRefusal('path-taken', `${path} exists and ${found}`);
    }
  }
  return images;
}

function withBlock(change: Change, wiring: Wiring): Change {
  const block = wiring.get(change.path)?.block;
  return block === undefined ? change : { ...change, block };
}
