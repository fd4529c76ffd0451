import { readConfiguration, type Configuration, type ConfigProblem } from './configuration.ts';
import { findEntryPoints, type EntryPoint } from './entry-point.ts';
import type { FileTree, Place } from '../../system/file-tree.ts';
import type { MatchBlock } from './match.ts';
import { parseStatement, type Statement } from './statement.ts';
import type { OpenSshVersion } from './version.ts';

/** A statement that sshd reads, from a file or from its command line. */
export interface Setting extends Statement {
  readonly place: Place;
  /** The unit whose command line holds it; absent for a configuration file. */
  readonly unit?: string;
  /** The Match blocks around it, outermost first; empty when it holds for everybody. */
  readonly match: readonly MatchBlock[];
}

/** One way in which sshd is started, with all that it reads, in the order in which it reads it. */
export interface SshdStart extends EntryPoint {
  /** The release that reads it; undefined: the newest. */
  readonly version: OpenSshVersion | undefined;
  readonly configuration: Configuration;
  /** Options of the command line first, then the files. */
  readonly settings: readonly Setting[];
}

/** What sshd will really do on this host. */
export interface SshdModel {
  readonly version: OpenSshVersion | undefined;
  /** At least one, unless a problem says why not. */
  readonly starts: readonly SshdStart[];
  readonly problems: readonly ConfigProblem[];
}

/**
 * Reads the whole of what decides sshd's behaviour: units, their drop-ins and environment, the main
 * file and its Includes.
 *
 * @param version OpenSSH's release, which decides how lines are split; undefined: the newest
 */
export function readModel(tree: FileTree, version: OpenSshVersion | undefined): SshdModel {
  const { entryPoints, problems } = findEntryPoints(tree);
  const starts = entryPoints.map((entry): SshdStart => {
    const configuration = readConfiguration(tree, entry.arguments.configFile, version);
    const options = entry.arguments.options.flatMap((option): Setting[] => {
      const statement = parseStatement(option.text, version, 'option');
      if (statement === undefined || 'problem' in statement) return [];
      return [{ ...statement, ...optionPlace(entry, option.variable), match: [] }];
    });
    return { ...entry, version, configuration, settings: [...options, ...configuration.lines] };
  });
  const files = starts.flatMap((start) => start.configuration.problems);
  return { version, starts, problems: [...problems, ...files] };
}

function optionPlace(
  entry: EntryPoint,
  variable: string | undefined,
): { place: Place; unit?: string } {
  const fromVariable = variable === undefined ? undefined : entry.variables.get(variable)?.place;
  const place = fromVariable ?? entry.exec?.place ?? { path: 'command line', line: 0 };
  return entry.unit === undefined ? { place } : { place, unit: entry.unit.name };
}

/**
 * The statement that gives a keyword its value outside of Match blocks: sshd takes the first value
 * that it reads, and reads its command line before its files.
 *
 * @param keyword in lower case
 */
export function globalSetting(start: SshdStart, keyword: string): Setting | undefined {
  return start.settings.find(
    (setting) => setting.keyword === keyword && setting.match.length === 0,
  );
}

/** The statements of a keyword inside of Match blocks, in the order in which sshd reads them. */
export function matchSettings(start: SshdStart, keyword: string): readonly Setting[] {
  return start.settings.filter(
    (setting) => setting.keyword === keyword && setting.match.length > 0,
  );
}
