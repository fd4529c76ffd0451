/** What one run of the packaging is about. */
import { readFileSync } from 'node:fs';
import packageJson from '../../package.json' with { type: 'json' };
import { at } from '../build/bytes.ts';
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

const PACKAGER: Packager = {
  name: 'EC2 Instance Connect maintainers',
  mail: 'maintainers@ec2-instance-connect.invalid',
};

/**
 * The settings of this checkout.
 * @throws Error if the changelog's newest release is not the version of package.json
 */
export function currentBuild(output: string, level: number): Build {
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
    packager: PACKAGER,
    debianChangelog: debianChangelog(releases, REVISION, PACKAGER),
    rpmChangelog: rpmChangelog(releases, REVISION, PACKAGER),
    level,
    output,
  };
}
