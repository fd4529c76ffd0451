/** What one run of the packaging is about. */
import { readFileSync } from 'node:fs';
import packageJson from '../../package.json' with { type: 'json' };
import { at } from '../build/bytes.ts';
import { UsageError } from '../options.ts';
import {
  debianChangelog,
  parseChangelog,
  releaseTime,
  rpmChangelog,
  type Packager,
  type Release,
} from './changelog.ts';

/** Settings that every package of a run shares. */
export interface Build {
  readonly version: string;
  /** The package's own revision, behind the version. */
  readonly revision: string;
  /** Unix seconds for every file: the release's. */
  readonly time: number;
  readonly release: Release;
  readonly packager: Packager;
  readonly debianChangelog: string;
  readonly rpmChangelog: string;
  /** xz preset, 0 to 9. */
  readonly level: number;
  /** Absolute folder for the packages. */
  readonly output: string;
}

const REVISION = '1';

/** Whom packages name that are made without `--maintainer`: they are for tests, so nobody's address. */
export const NOBODY = 'EC2 Instance Connect builders <nobody@ec2-instance-connect.invalid>';

/**
 * Reads whom packages name, as Debian's Maintainer field has it: `NAME <ADDRESS>` (Debian Policy, section 5.6.2).
 * @throws UsageError for anything else; neither part may have characters that end a line or a field
 */
export function parseMaintainer(text: string): Packager {
  const [, name = '', mail] =
    /^([^<>\p{Cc}]+) <([^<>\s@\p{Cc}]+@[^<>\s@\p{Cc}]+)>$/u.exec(text) ?? [];
  if (mail === undefined || name.trim() !== name) {
    throw new UsageError(`--maintainer is 'NAME <ADDRESS>', not '${text}'`);
  }
  return { name, mail };
}

/**
 * The settings of this checkout.
 * @param packager whom the packages and their changelogs name
 * @throws Error if the changelog's newest release is not the version of package.json
 */
export function currentBuild(
  output: string,
  level: number,
  packager: Packager = parseMaintainer(NOBODY),
): Build {
  const releases = parseChangelog(readFileSync('CHANGELOG.md', 'utf8'));
  const release = at(releases, 0, 'release');
  const { version } = packageJson;
  if (release.version !== version) {
    throw new Error(`expected version ${version} first in CHANGELOG.md, found ${release.version}`);
  }
  return {
    version,
    revision: REVISION,
    time: releaseTime(release),
    release,
    packager,
    debianChangelog: debianChangelog(releases, REVISION, packager),
    rpmChangelog: rpmChangelog(releases, REVISION, packager),
    level,
    output,
  };
}
