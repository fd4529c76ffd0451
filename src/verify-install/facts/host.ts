import { refuse, type Verdict } from '../../verdict/refusal.ts';
import type { Inspection } from '../inspection.ts';
import { MANIFEST_PATH, parseManifest, type Manifest } from '../manifest.ts';

/** The distribution, from os-release(5). */
export interface OsRelease {
  readonly id: string;
  readonly like: string;
  readonly version: string;
  /** For people. */
  readonly name: string;
}

/** Reads the manifest of the installed package. */
export function manifest(
  on: Inspection,
): Verdict<Manifest, 'manifest-missing' | 'manifest-malformed'> {
  const text = on.edges.sshd.tree.text(MANIFEST_PATH);
  if (text === undefined) return refuse('manifest-missing', `there is no ${MANIFEST_PATH}`);
  return parseManifest(text);
}

/** The manifest, or undefined where it cannot be used: `files-present` says why. */
export function knownManifest(on: Inspection): Manifest | undefined {
  const read = on.fact(manifest);
  return read.ok ? read.value : undefined;
}

/** Reads os-release; what is missing from it is empty. */
export function osRelease(on: Inspection): OsRelease {
  const { tree } = on.edges.sshd;
  const text = tree.text('/etc/os-release') ?? tree.text('/usr/lib/os-release') ?? '';
  const value = (key: string): string => {
    const raw = new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1] ?? '';
    return raw.replace(/^(["'])(.*)\1$/, '$2');
  };
  const id = value('ID');
  return {
    id,
    like: value('ID_LIKE'),
    version: value('VERSION_ID'),
    name: value('PRETTY_NAME') || id || 'an unknown system',
  };
}

/** The family of packages that this host takes. */
export function family(on: Inspection): 'deb' | 'rpm' {
  const known = on.fact(knownManifest)?.family;
  if (known !== undefined) return known;
  const { id, like } = on.fact(osRelease);
  return /\b(debian|ubuntu)\b/.test(`${id} ${like}`) ? 'deb' : 'rpm';
}

/** Whether systemd is this host's init: sd_booted(3). */
export function hasSystemd(on: Inspection): boolean {
  return isThere(on, '/run/systemd/system');
}

/** Whether anything is at a path, as far as this process may see. */
export function isThere(on: Inspection, path: string): boolean {
  try {
    return on.edges.stat(path) !== undefined;
  } catch {
    return false;
  }
}
