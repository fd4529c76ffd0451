import { absolute, baseName, type FileTree, type Place } from './file-tree.ts';
import { parseUnitFile, type UnitEntry } from './unit-file.ts';

/** Where systemd looks for system units, the winning folder first (systemd.unit(5)). */
export const UNIT_PATH: readonly string[] = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/transient',
  '/run/systemd/generator.early',
  '/etc/systemd/system',
  '/etc/systemd/system.attached',
  '/run/systemd/system',
  '/run/systemd/system.attached',
  '/run/systemd/generator',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
  '/run/systemd/generator.late',
];

/** An assignment and the file and line that it stands on. */
export interface PlacedEntry extends UnitEntry {
  readonly place: Place;
}

/** A unit as systemd would load it. */
export interface Unit {
  /** Its own name, not an alias: `ssh.service`. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly fragment: string;
  /** Drop-ins that count, in the order in which they are applied. */
  readonly dropIns: readonly string[];
  /** The assignments of fragment and drop-ins, in that order. */
  readonly entries: readonly PlacedEntry[];
}

/**
 * Loads a unit with its drop-ins.
 *
 * @param name the unit's own name; a template has its `@` (`ssh@.service`)
 * @returns undefined where the unit does not exist, is masked, or is an alias of another
 */
export function loadUnit(tree: FileTree, name: string): Unit | undefined {
  const fragment = UNIT_PATH.map((folder) => `${folder}/${name}`).find((path) =>
    exists(tree, path),
  );
  if (fragment === undefined || isMasked(tree, fragment)) return undefined;
  if (aliasTarget(tree, fragment) !== undefined) return undefined;
  const aliases = aliasesOf(tree, name);
  const dropIns = dropInsOf(tree, [name, ...aliases]);
  const entries = [fragment, ...dropIns].flatMap((path) =>
    parseUnitFile(tree.text(path) ?? '').map((entry) => ({
      ...entry,
      place: { path, line: entry.line },
    })),
  );
  return { name, aliases, fragment, dropIns, entries };
}

/** The value of a key with one value that is in force: the last assignment's. */
export function unitValue(unit: Unit, section: string, key: string): string | undefined {
  return unit.entries.findLast((entry) => entry.section === section && entry.key === key)?.value;
}

/**
 * Whether a socket unit has one service started for each connection, `Accept=` of systemd.socket(5);
 * the default is no.
 * @param name such as `ssh.socket`
 */
export function acceptsConnections(tree: FileTree, name: string): boolean {
  const unit = loadUnit(tree, name);
  const value = unit && unitValue(unit, 'Socket', 'Accept');
  // parse_boolean() of systemd.
  return value !== undefined && /^(1|y|yes|t|true|on)$/i.test(value);
}

/** The names of all services with `ssh` in their names, aliases and masked ones included. */
export function sshServiceNames(tree: FileTree): readonly string[] {
  const names = UNIT_PATH.flatMap((folder) => tree.names(folder));
  return [...new Set(names)].filter((name) => /ssh.*\.service$/.test(name)).sort();
}

function exists(tree: FileTree, path: string): boolean {
  return tree.link(path) !== undefined || tree.text(path) !== undefined;
}

// A link to /dev/null, or an empty file, masks a unit or a drop-in.
function isMasked(tree: FileTree, path: string): boolean {
  const target = tree.link(path);
  return target === undefined
    ? tree.text(path) === ''
    : absolute(target, path) === '/dev/null' || tree.text(path) === '';
}

// A link to a unit file of another name makes an alias; one of the same name is `systemctl link`.
function aliasTarget(tree: FileTree, path: string): string | undefined {
  const target = tree.link(path);
  if (target === undefined) return undefined;
  const name = baseName(target);
  return name === baseName(path) || !name.includes('.') ? undefined : name;
}

function aliasesOf(tree: FileTree, name: string): readonly string[] {
  const aliases = new Set<string>();
  for (const folder of UNIT_PATH) {
    for (const each of tree.names(folder)) {
      if (each !== name && aliasTarget(tree, `${folder}/${each}`) === name) aliases.add(each);
    }
  }
  return [...aliases].sort();
}

/**
 * Drop-ins are applied in the order of their file names, whatever their folder; of two with one
 * name, the one in the folder that comes first in the search path counts.
 */
function dropInsOf(tree: FileTree, names: readonly string[]): readonly string[] {
  const chosen = new Map<string, string>();
  for (const folder of names.flatMap(dropInFolders)) {
    for (const unitFolder of UNIT_PATH) {
      const directory = `${unitFolder}/${folder}`;
      for (const file of tree.names(directory)) {
        if (!file.endsWith('.conf') || file.startsWith('.') || chosen.has(file)) continue;
        chosen.set(file, `${directory}/${file}`);
      }
    }
  }
  return [...chosen]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, path]) => path)
    .filter((path) => !isMasked(tree, path));
}

// `a-b.service` also takes `a-.service.d`, and every service takes `service.d`.
function dropInFolders(name: string): readonly string[] {
  const dot = name.lastIndexOf('.');
  const stem = name.slice(0, dot);
  const type = name.slice(dot + 1);
  const dashed: string[] = [];
  for (let at = stem.lastIndexOf('-'); at > 0; at = stem.lastIndexOf('-', at - 1)) {
    dashed.push(`${stem.slice(0, at + 1)}.${type}.d`);
  }
  return [`${name}.d`, ...dashed, `${type}.d`];
}
