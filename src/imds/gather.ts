import { Fault, type FaultCode } from '../verdict/fault.ts';
import type { Metadata } from './client.ts';
import {
  parseDomain,
  parseInstanceId,
  parseRegion,
  parseRegionOfZone,
  parseStapleNames,
} from './documents.ts';
import { BODY_LIMITS } from './limits.ts';

const STAPLES = 'managed-ssh-keys/signer-ocsp/';
/** An answer that is no staple. */
const ABSENT: ReadonlySet<FaultCode> = new Set(['IMDS_STATUS', 'IMDS_BODY_TOO_LARGE']);

/** What IMDS says besides the keys; nothing of it is believed yet. */
export interface SignerDocuments {
  readonly instanceId: string;
  readonly region: string;
  readonly domain: string;
  /** PEM, leaf first, as served. */
  readonly chainPem: string;
  /** Each as served, DER or base64, in no particular order. */
  readonly staples: readonly Buffer[];
}

/**
 * Fetches the keys that were pushed for a user.
 * @param user a name that `isPushableUserName` accepts
 * @returns the body, or undefined where nobody pushed a key (404)
 * @throws Fault of the client
 */
export function fetchKeyBody(imds: Metadata, user: string): Promise<Buffer | undefined> {
  const path = `managed-ssh-keys/active-keys/${encodeURIComponent(user)}/`;
  return imds.get(path, BODY_LIMITS.keys);
}

/**
 * Fetches what proves a signer, in two round trips: everything at once, the staples behind their
 * list. A single staple that is listed and not there is left out.
 * @param maxStaples how many names the list may hold: as many staples as a signer may have
 * @throws Fault of the client; IMDS_STATUS where a document is missing, IMDS_MALFORMED where it does
 * not have its form
 */
export async function fetchSignerDocuments(
  imds: Metadata,
  maxStaples: number,
): Promise<SignerDocuments> {
  const [staples, chain, instanceId, region, domain] = await Promise.all([
    fetchStaples(imds, maxStaples),
    fetchRequired(imds, 'managed-ssh-keys/signer-cert/', BODY_LIMITS.chain),
    fetchInstanceId(imds),
    fetchRegion(imds),
    fetchWord(imds, 'services/domain', parseDomain),
  ]);
  return { instanceId, region, domain, chainPem: chain.toString('latin1'), staples };
}

/** The id of the instance that answers. */
export function fetchInstanceId(imds: Metadata): Promise<string> {
  return fetchWord(imds, 'instance-id', parseInstanceId);
}

/** The region; read out of the zone only where IMDS does not have `placement/region`. */
async function fetchRegion(imds: Metadata): Promise<string> {
  const path = 'placement/region';
  const body = await imds.get(path, BODY_LIMITS.word);
  if (body === undefined) {
    return fetchWord(imds, 'placement/availability-zone', parseRegionOfZone);
  }
  return wellFormed(path, body, parseRegion);
}

async function fetchStaples(imds: Metadata, most: number): Promise<readonly Buffer[]> {
  const list = await fetchRequired(imds, STAPLES, BODY_LIMITS.stapleNames);
  const names = parseStapleNames(list);
  if (names.length > most) {
    const detail = `expected at most ${most} staples, got ${names.length}`;
    throw new Fault('IMDS_MALFORMED', detail);
  }
  const bodies = await Promise.all(names.map((name) => fetchStaple(imds, name)));
  return bodies.filter((body) => body !== undefined);
}

/**
 * One staple; undefined where IMDS has none to give under its name. Whether it mattered is the
 * verdict's to say. Time-outs and lost connections say nothing of the staple, and stay faults.
 */
async function fetchStaple(imds: Metadata, name: string): Promise<Buffer | undefined> {
  try {
    return await imds.get(STAPLES + encodeURIComponent(name), BODY_LIMITS.staple);
  } catch (error) {
    if (error instanceof Fault && ABSENT.has(error.code)) return undefined;
    throw error;
  }
}

async function fetchWord<T>(
  imds: Metadata,
  path: string,
  parse: (body: Buffer) => T | undefined,
): Promise<T> {
  return wellFormed(path, await fetchRequired(imds, path, BODY_LIMITS.word), parse);
}

async function fetchRequired(imds: Metadata, path: string, limit: number): Promise<Buffer> {
  const body = await imds.get(path, limit);
  if (body === undefined) throw new Fault('IMDS_STATUS', `expected 200 for ${path}, got 404`);
  return body;
}

function wellFormed<T>(path: string, body: Buffer, parse: (body: Buffer) => T | undefined): T {
  const value = parse(body);
  if (value === undefined) throw new Fault('IMDS_MALFORMED', `${path} does not have its form`);
  return value;
}
