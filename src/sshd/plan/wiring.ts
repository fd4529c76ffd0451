import type { OwnCommand } from '../model/effective.ts';
import { quoteForUnit } from '../model/exec-line.ts';
import { overlay, type FileTree } from '../../system/file-tree.ts';
import { expandGlob } from '../model/pattern.ts';
import { includePattern } from '../model/configuration.ts';
import { readModel, type SshdStart } from '../model/model.ts';
import type { OpenSshVersion } from '../model/version.ts';
import { parseExecLine } from '../model/exec-line.ts';
import { hostStarts, runsOurs } from './conflicts.ts';
import type { WiringKind } from './record.ts';
import { configurationLines, type WiredCommand } from './wired-command.ts';

/** A file to write. */
export interface WiringFile {
  readonly kind: WiringKind;
  readonly text: string;
  /** For the main file: the lines of it that are ours. */
  readonly block?: string;
}

/** The files that make our command effective, by path. */
export type Wiring = ReadonlyMap<string, WiringFile>;

/**
 * Least invasive first. A drop-in is effective when the service is restarted, never by a reload. So
 * adopt prefers the main file: its disable has to bring the other helper back at once.
 */
const ORDER = {
  enable: ['configuration-file', 'unit-drop-in', 'main-file'],
  adopt: ['configuration-file', 'main-file', 'unit-drop-in'],
} as const;

/**
 * The configuration file's name. enable's comes late, so that a helper that is installed after ours
 * is not taken over silently; adopt's comes first, because it has to win over the adopted line.
 */
export const CONFIG_NAMES = {
  enable: '90-ec2-instance-connect.conf',
  adopt: '00-ec2-instance-connect.conf',
} as const;

/** Sorts behind `override.conf` of `systemctl edit`: the last ExecStart is the one that counts. */
const UNIT_DROP_IN = 'zz-ec2-instance-connect.conf';

/**
 * Chooses the least invasive wiring that works, by trying each on the model: a file that the main
 * file Includes; a drop-in for each unit that starts sshd, which repeats the unit's own command line
 * with our options; two lines at the top of the main file (for enable only where no unit starts
 * sshd).
 *
 * @param tree the host's files without what we wrote before
 * @param mode for `adopt` the wiring has to win over the other command
 * @param wired what sshd is to run
 * @returns undefined where none of them makes our command effective
 */
export function chooseWiring(
  tree: FileTree,
  version: OpenSshVersion | undefined,
  own: OwnCommand,
  mode: 'enable' | 'adopt',
  wired: WiredCommand,
): Wiring | undefined {
  const without = (files: Wiring): readonly SshdStart[] => {
    const texts = new Map([...files].map(([path, { text }]) => [path, text]));
    const model = readModel(overlay(tree, texts), version);
    return hostStarts(model).filter((start) => !runsOurs(start, own));
  };
  let files: Wiring = new Map();
  for (const kind of ORDER[mode]) {
    for (const [path, file] of candidates(kind, tree, without(files), wired, mode)) {
      const trial = new Map([...files, [path, file]]);
      if (without(trial).length < without(files).length) files = trial;
    }
  }
  return without(files).length === 0 ? files : undefined;
}

function candidates(
  kind: WiringKind,
  tree: FileTree,
  missing: readonly SshdStart[],
  wired: WiredCommand,
  mode: 'enable' | 'adopt',
): readonly (readonly [path: string, file: WiringFile])[] {
  const header = `# Written by "ec2-instance-connect sshd ${mode}"; "ec2-instance-connect sshd disable" takes it away.`;
  const lines = configurationLines(wired);
  const block = [header, ...lines, ''].join('\n');
  if (kind === 'configuration-file') {
    const paths = missing.flatMap((start) => includedPaths(start, CONFIG_NAMES[mode]));
    return [...new Set(paths)].map((path) => [path, { kind, text: block }]);
  }
  if (kind === 'unit-drop-in') {
    return missing.flatMap((start) => {
      const exec = start.exec && execWithOptions(start.exec.text, lines);
      if (start.unit === undefined || exec === undefined) return [];
      const path = `/etc/systemd/system/${start.unit.name}.d/${UNIT_DROP_IN}`;
      return [
        [path, { kind, text: `${header}\n[Service]\nExecStart=\nExecStart=${exec}\n` }] as const,
      ];
    });
  }
  return missing.flatMap((start) => {
    const path = start.arguments.configFile;
    const text = tree.text(path);
    if (text === undefined || (mode === 'enable' && start.unit !== undefined)) return [];
    return [[path, { kind, text: block + text, block }] as const];
  });
}

/** The paths that a file of this name could have so that an Include for everybody reads it. */
function includedPaths(start: SshdStart, name: string): readonly string[] {
  // One inside of a Match block is tried too, and found to have no effect.
  return start.configuration.lines
    .filter((line) => line.keyword === 'include')
    .flatMap((line) => line.args.map(includePattern))
    .flatMap((pattern) => {
      const folder = pattern.slice(0, pattern.lastIndexOf('/'));
      const path = `${folder}/${name}`;
      const read = !/[*?[\\]/.test(folder) && expandGlob(pattern, () => [name]).includes(path);
      return read && folder.startsWith('/etc/') ? [path] : [];
    });
}

/**
 * A unit's own command line with our options in front of its own: sshd takes the first value.
 *
 * @returns undefined for a command line that the model does not understand
 */
function execWithOptions(text: string, lines: readonly string[]): string | undefined {
  const line = parseExecLine(text);
  if (line === undefined) return undefined;
  const options = lines.map((each) => `-o ${quoteForUnit(each)}`).join(' ');
  return `${text.slice(0, line.rest).trimEnd()} ${options} ${text.slice(line.rest)}`.trimEnd();
}
