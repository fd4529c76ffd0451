import type { Machine } from '../host/machine.ts';
import type { TrustStore } from '../host/trust-store.ts';
import type { Metadata } from '../imds/client.ts';
import { fetchInstanceId } from '../imds/gather.ts';
import { PatientMetadata } from './facts/patience.ts';
import { Fault } from '../verdict/fault.ts';

/** One thing as one user sees it: what it is, or a code for why it cannot be used. */
export type Sight =
  | { readonly ok: true; readonly found: string }
  | { readonly ok: false; readonly code: string; readonly found: string };

/** The parts of the world that a login needs. */
export const VIEWED = ['machine', 'trustStore', 'journal', 'imds'] as const;

/** What the user that a process runs as can see of the host; `imds` is missing when left out. */
export type HostView = Readonly<Partial<Record<(typeof VIEWED)[number], Sight>>>;

/** What looking needs; the same edges that a login has. */
export interface ViewEdges {
  readonly machine: () => Machine | undefined;
  readonly trustStore: () => TrustStore;
  readonly imds: () => Metadata;
  /** Connects to the journal; the code of connect(2) when that fails. */
  readonly journal: () => Promise<string | undefined>;
}

/** Looks at the host with the rights of this process. */
export async function viewHost(edges: ViewEdges, offline: boolean): Promise<HostView> {
  return {
    machine: await look(() => {
      const machine = edges.machine();
      return machine?.kind === 'nitro' ? machine.instanceId : (machine?.kind ?? 'no EC2 instance');
    }),
    trustStore: await look(() => edges.trustStore().path),
    journal: await viewJournal(edges),
    ...(offline
      ? {}
      : { imds: await look(() => fetchInstanceId(new PatientMetadata(edges.imds))) }),
  };
}

async function viewJournal(edges: ViewEdges): Promise<Sight> {
  const code = await edges.journal();
  if (code === undefined) return { ok: true, found: 'the journal takes connections' };
  return { ok: false, code, found: `cannot connect to the journal: ${code}` };
}

async function look(at: () => string | Promise<string>): Promise<Sight> {
  try {
    return { ok: true, found: await at() };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, code: error.code, found: error.message };
    throw error;
  }
}

const MAX_TEXT = 4096;

/**
 * Reads what another process of this program has printed as its view.
 * @returns undefined for anything else
 */
export function parseHostView(text: string): HostView | undefined {
  if (text.length > MAX_TEXT) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const sights = Object.entries(value);
  const known = sights.every(
    ([name, sight]) => (VIEWED as readonly string[]).includes(name) && isSight(sight),
  );
  return known ? value : undefined;
}

function isSight(value: unknown): value is Sight {
  if (typeof value !== 'object' || value === null) return false;
  const { ok, found, code } = value as Record<string, unknown>;
  return typeof found === 'string' && (ok === true || (ok === false && typeof code === 'string'));
}
