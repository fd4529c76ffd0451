import { accept, refuse, type Verdict } from '../verdict/refusal.ts';

/** Where the packages put the list of what they have installed. */
export const MANIFEST_PATH = '/usr/lib/ec2-instance-connect/manifest.json';

/** The largest manifest that is read, in bytes. */
export const MAX_MANIFEST = 262_144;

/** How much a file matters: documentation may be left out of an image. */
export type FileRole = 'program' | 'configuration' | 'documentation';

/** One installed entry. Owner and group are names; mode is permission bits. */
export type ManifestEntry = {
  readonly path: string;
  readonly owner: string;
  readonly group: string;
  readonly role: FileRole;
} & (
  | { readonly type: 'file'; readonly mode: number; readonly sha256?: string }
  | { readonly type: 'directory'; readonly mode: number }
  | { readonly type: 'symlink'; readonly target: string }
);

/** What a package of ours has installed on this host. */
export interface Manifest {
  readonly version: string;
  readonly family: 'deb' | 'rpm';
  /** The system user that sshd runs the command as. */
  readonly user: string;
  /** The path that sshd's configuration names. */
  readonly command: string;
  readonly files: readonly ManifestEntry[];
}

const FIELDS = ['schema', 'name', 'version', 'family', 'user', 'command', 'files'];
const ROLES: readonly unknown[] = ['program', 'configuration', 'documentation'];
const USER = /^[a-z_][a-z0-9_-]{0,31}$/;
const PATH = /^(?:\/[A-Za-z0-9_@%+=:.-]+)+$/;
const MODE = /^[0-7]{4}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const MAX_ENTRIES = 1000;

/** Carries what is wrong out of the readers below. */
class Malformed extends Error {}

/**
 * Reads a manifest, schema 1; an unknown field is refused.
 * @param text JSON, at most MAX_MANIFEST bytes
 */
export function parseManifest(text: string): Verdict<Manifest, 'manifest-malformed'> {
  try {
    if (text.length > MAX_MANIFEST) throw new Malformed('longer than 256 KiB');
    return accept(readManifest(JSON.parse(text)));
  } catch (error) {
    if (error instanceof Malformed || error instanceof SyntaxError) {
      return refuse('manifest-malformed', error.message);
    }
    throw error;
  }
}

function readManifest(value: unknown): Manifest {
  const record = asRecord(value, 'the manifest', FIELDS);
  if (record['schema'] !== 1) throw new Malformed('expected schema 1');
  if (record['name'] !== 'ec2-instance-connect') throw new Malformed('expected our own name');
  const { family, files } = record;
  if (family !== 'deb' && family !== 'rpm') throw new Malformed('expected family deb or rpm');
  if (!Array.isArray(files) || files.length === 0 || files.length > MAX_ENTRIES) {
    throw new Malformed(`expected 1 to ${MAX_ENTRIES} files`);
  }
  return {
    version: asText(record['version'], 'version', /^[0-9A-Za-z.+~:-]{1,64}$/),
    family,
    user: asText(record['user'], 'user', USER),
    command: asText(record['command'], 'command', PATH),
    files: files.map(readEntry),
  };
}

const ENTRY_FIELDS = {
  file: ['path', 'type', 'owner', 'group', 'role', 'mode', 'sha256'],
  directory: ['path', 'type', 'owner', 'group', 'role', 'mode'],
  symlink: ['path', 'type', 'owner', 'group', 'role', 'target'],
} as const;

function readEntry(value: unknown): ManifestEntry {
  const type = (value as { type?: unknown } | null)?.type;
  if (type !== 'file' && type !== 'directory' && type !== 'symlink') {
    throw new Malformed('expected a type of file, directory or symlink');
  }
  const record = asRecord(value, 'an entry', ENTRY_FIELDS[type]);
  const { role, sha256 } = record;
  if (!isRole(role)) throw new Malformed('expected a known role');
  const common = {
    path: asText(record['path'], 'path', PATH),
    owner: asText(record['owner'], 'owner', USER),
    group: asText(record['group'], 'group', USER),
    role,
  };
  if (type === 'symlink') {
    return { ...common, type, target: asText(record['target'], 'target', /^[^\0]{1,4096}$/) };
  }
  const mode = parseInt(asText(record['mode'], 'mode', MODE), 8);
  if (type === 'directory' || sha256 === undefined) return { ...common, type, mode };
  return { ...common, type, mode, sha256: asText(sha256, 'sha256', SHA256) };
}

function isRole(role: unknown): role is FileRole {
  return ROLES.includes(role);
}

function asRecord(
  value: unknown,
  what: string,
  fields: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Malformed(`expected ${what} to be an object`);
  }
  const unknown = Object.keys(value).find((field) => !fields.includes(field));
  if (unknown !== undefined) throw new Malformed(`${what} has an unknown field "${unknown}"`);
  return value as Readonly<Record<string, unknown>>;
}

function asText(value: unknown, what: string, form: RegExp): string {
  if (typeof value === 'string' && form.test(value)) return value;
  throw new Malformed(`"${what}" does not have its form`);
}
