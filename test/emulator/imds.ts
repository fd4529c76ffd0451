import { randomBytes } from 'node:crypto';
import type { EmulatorConfig } from './config.ts';
import { errorPage, text, type HttpRequest, type HttpResponse } from './http.ts';
import { renderKeyBlob } from './key-blob.ts';
import type { Material } from './material.ts';
import type { SigningAuthority } from './signing-authority.ts';
import type { Store } from './store.ts';

/** What the metadata service answers from. */
export interface ImdsContext {
  readonly config: EmulatorConfig;
  readonly store: Store;
  readonly authority: SigningAuthority;
  readonly material: Material;
}

const TOKEN_PATH = '/latest/api/token';
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
/** "PUT /latest/api/token" takes a life between one second and six hours. */
const MAX_TTL = 21_600;
const ROOT = '/latest/meta-data';

/**
 * The instance metadata service, version 2 only, at `now` (Unix seconds): session tokens, and the paths
 * that Instance Connect needs. EC2 User Guide, "Use the Instance Metadata Service".
 */
export function handleImds(request: HttpRequest, context: ImdsContext, now: number): HttpResponse {
  if (request.path === TOKEN_PATH) return handleToken(request, context.store, now);
  if (request.method !== 'GET' && request.method !== 'HEAD') return errorPage(405);
  const token = request.headers['x-aws-ec2-metadata-token'];
  if (token === undefined || !context.store.tokenIsValid(token, now)) return errorPage(401);
  const path = metadataPath(request.path);
  if (path === undefined) return errorPage(400);
  const body = lookUp(path, context, now);
  return body === undefined ? errorPage(404) : text(200, body);
}

function handleToken(request: HttpRequest, store: Store, now: number): HttpResponse {
  if (request.method !== 'PUT') return errorPage(405);
  // A forwarding header means a proxy on the way: that is what version 2 exists to refuse.
  if (request.headers['x-forwarded-for'] !== undefined) return errorPage(403);
  const header = request.headers[TTL_HEADER] ?? '';
  const ttl = /^\d{1,5}$/.test(header) ? Number(header) : 0;
  if (ttl < 1 || ttl > MAX_TTL) return errorPage(400);
  const token = randomBytes(40).toString('base64');
  store.addToken(token, ttl, now);
  return text(200, token, { [TTL_HEADER]: String(ttl) });
}

/** Splits what stands behind `/latest/meta-data/`; a trailing slash changes nothing. */
function metadataPath(path: string): readonly string[] | undefined {
  if (path !== ROOT && !path.startsWith(`${ROOT}/`)) return ['?'];
  const segments = path.slice(ROOT.length).replace(/^\/|\/$/g, '');
  try {
    return segments === '' ? [] : segments.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function lookUp(path: readonly string[], context: ImdsContext, now: number): string | undefined {
  if (path[0] === 'managed-ssh-keys' && path.length > 1)
    return managedKeys(path.slice(1), context, now);
  const leaves = plainLeaves(context.config);
  const name = path.join('/');
  return leaves.get(name) ?? listing(name, [...leaves.keys(), ...KEY_FOLDERS]);
}

const KEY_FOLDERS = ['active-keys/', 'signer-cert/', 'signer-ocsp/'].map(
  (name) => `managed-ssh-keys/${name}`,
);

function plainLeaves(config: EmulatorConfig): ReadonlyMap<string, string> {
  const [self] = config.instances;
  return new Map([
    ['instance-id', self.instanceId],
    ['local-ipv4', self.privateIp],
    ['placement/availability-zone', self.availabilityZone],
    ['placement/region', config.region],
    ['services/domain', config.domain],
    ['services/partition', config.partition],
  ]);
}

/** A folder's entries, one a line, folders with a slash; undefined when there is no such folder. */
function listing(folder: string, paths: readonly string[]): string | undefined {
  const prefix = folder === '' ? '' : `${folder}/`;
  const inside = paths
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length));
  const entries = inside.map((rest) => /^[^/]*\/?/.exec(rest)?.[0] ?? rest);
  return entries.length === 0 ? undefined : [...new Set(entries)].join('\n');
}

function managedKeys(
  [folder, ...rest]: readonly string[],
  { config, store, authority, material }: ImdsContext,
  now: number,
): string | undefined {
  const [self] = config.instances;
  const owner = material.keysOf === '' ? self.instanceId : material.keysOf;
  const [name] = rest;
  if (rest.length > 1) return undefined;
  switch (folder) {
    case 'active-keys': {
      if (name === undefined) return store.activeUsers(owner, now).join('\n') || undefined;
      const keys = store.activeKeys(owner, name, now);
      return keys.length === 0 ? undefined : renderKeyBlob(keys, authority, material);
    }
    case 'signer-cert':
      return name === undefined ? authority.documents(material).chainPem : undefined;
    case 'signer-ocsp': {
      const { staples } = authority.documents(material);
      if (name === undefined) return staples.map((staple) => staple.name).join('\n');
      return staples.find((staple) => staple.name === name)?.der.toString('base64');
    }
    default:
      return undefined;
  }
}
