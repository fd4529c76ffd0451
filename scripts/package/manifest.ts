/** What the packages install: packaging/files.json, read and resolved for one package. */
import manifest from '../../packaging/files.json' with { type: 'json' };
import type { Target } from './target.ts';

/** The two kinds of packages. */
export type Family = 'deb' | 'rpm';

interface EntryCommon {
  /** Absolute path on the installed system. */
  readonly path: string;
  /** Systems may leave it out. */
  readonly documentation: boolean;
  /** Other packages have this folder too. */
  readonly shared: boolean;
  /** An administrator may change what is in it, or not. */
  readonly role: 'program' | 'configuration';
}

/** One installed path; everything is root's. */
export type Entry =
  | (EntryCommon & { readonly type: 'directory'; readonly mode: string })
  | (EntryCommon & { readonly type: 'file'; readonly mode: string; readonly source: string })
  | (EntryCommon & { readonly type: 'link'; readonly link: string; readonly ghost: boolean });

interface RawEntry {
  readonly path: string;
  readonly type: string;
  readonly mode?: string;
  readonly source?: string;
  readonly link?: string;
  readonly ghost?: boolean;
  readonly families?: readonly string[];
  readonly documentation?: boolean;
  readonly shared?: boolean;
}

/** What a file's or folder's mode may be: nothing may be written by others than root. */
const MODE = /^0[0-7][0145][0145]$/;

function toEntry(raw: RawEntry, target: Target): Entry {
  const fill = (text: string): string => text.replaceAll('@LOADER@', target.loader);
  const path = fill(raw.path);
  const common = {
    path,
    documentation: raw.documentation ?? false,
    shared: raw.shared ?? false,
    role: path.startsWith('/etc/') ? ('configuration' as const) : ('program' as const),
  };
  const { mode, source, link } = raw;
  if (raw.type === 'link' && link !== undefined) {
    return { ...common, type: 'link', link, ghost: raw.ghost ?? false };
  }
  if (mode !== undefined && MODE.test(mode)) {
    if (raw.type === 'directory') return { ...common, type: 'directory', mode };
    if (raw.type === 'file' && source !== undefined) {
      return { ...common, type: 'file', mode, source: fill(source) };
    }
  }
  throw new Error(`expected a directory, file or link in files.json, found ${JSON.stringify(raw)}`);
}

/**
 * What one package installs, sorted by path.
 * @throws Error naming an entry of the manifest that has another form
 */
export function entriesOf(family: Family, target: Target): Entry[] {
  const raw: readonly RawEntry[] = manifest.files;
  return raw
    .filter((entry) => entry.families?.includes(family) ?? true)
    .map((entry) => toEntry(entry, target))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
