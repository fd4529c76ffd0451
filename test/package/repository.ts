/** Signed repositories of the packages under test and their stand-ins, with a throwaway key. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { makeAptRepository } from '../../scripts/repo/apt.ts';
import { makeYumRepository } from '../../scripts/repo/yum.ts';
import { REPOSITORY_URL } from './host.ts';
import { forget, makeKey, type TestKey } from './keys.ts';
import { packagePath } from './packages.ts';
import { makeForeignRpms, makeNextRpm } from './stand-ins-rpm.ts';
import { makeNextDeb, makeStockDeb } from './stand-ins.ts';

const VALID_DAYS = 7;

/** A repository of its own, taken away with `discard`. */
export interface TestRepository {
  /** Holds `apt` and `yum`. */
  readonly folder: string;
  readonly key: TestKey;
  readonly discard: () => void;
}

/**
 * Makes a repository.
 * @param packages paths of the packages of ours that go in
 * @param more writes further packages into the folder that it is given
 * @param withKey makes the key in the folder that it is given
 */
export function makeRepository(
  packages: readonly string[],
  more: (folder: string) => void = () => undefined,
  withKey: (folder: string) => TestKey = makeKey,
): TestRepository {
  const work = mkdtempSync(join(tmpdir(), 'eic-repository-'));
  const [incoming, folder] = [join(work, 'packages'), join(work, 'repo')];
  mkdirSync(incoming);
  for (const path of packages) copyFileSync(path, join(incoming, basename(path)));
  more(incoming);
  const key = withKey(join(work, 'gnupg'));
  const has = (form: string): boolean => readdirSync(incoming).some((name) => name.endsWith(form));
  if (has('.deb')) makeAptRepository(incoming, join(folder, 'apt'), key, VALID_DAYS);
  if (has('.rpm')) makeYumRepository(incoming, join(folder, 'yum'), key, REPOSITORY_URL);
  return {
    folder,
    key,
    discard: () => {
      forget(key);
      rmSync(work, { recursive: true, force: true });
    },
  };
}

/** A repository of our deb, the stock one's stand-in, and our next version. */
export function makeDebRepository(): TestRepository {
  return makeRepository([packagePath('deb', 'x64')], (folder) => {
    makeStockDeb(folder);
    makeNextDeb(folder);
  });
}

/** A repository of everything that takes part in a takeover, in both families. */
export function makeTakeoverRepository(): TestRepository {
  return makeRepository([packagePath('deb', 'x64'), packagePath('rpm', 'x64')], (folder) => {
    makeStockDeb(folder);
    makeNextDeb(folder);
    makeForeignRpms(folder);
    makeNextRpm(folder);
  });
}

/**
 * Changes files of a repository as somebody would who cannot sign.
 * @param pattern for their paths
 * @param from text that is overwritten with `to`; without it, one bit in the middle is turned over
 */
export function tamper(repository: TestRepository, pattern: RegExp, from?: string, to = ''): void {
  const files = readdirSync(repository.folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .map((name) => join(repository.folder, name))
    .filter((path) => statSync(path).isFile());
  if (files.length === 0) throw new Error(`expected files like ${String(pattern)}, found none`);
  for (const path of files) {
    const bytes = readFileSync(path);
    const middle = bytes.length >> 1;
    if (from !== undefined) bytes.write(to, bytes.indexOf(from), 'latin1');
    else bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    writeFileSync(path, bytes);
  }
}
