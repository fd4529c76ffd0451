/**
 * Stamps say which sources an artefact was made from, so that no test can take an old one for that of
 * today's sources.
 */
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(import.meta.dirname, '../..');
const PROGRAM = ['src', 'scripts/build', 'scripts/build.ts', 'package.json', 'package-lock.json'];
const PACKAGES = ['scripts/package', 'scripts/package.ts', 'packaging', 'systemd'];
const TEXTS = ['CHANGELOG.md', 'LICENSE', 'README.md', 'docs'];

/** What is built and stamped. */
export type Artefact = 'program' | 'packages' | 'repositories';

/** Where an artefact's stamp stands, the files and folders that it is made from, and by which command. */
interface Made {
  readonly stamp: string;
  readonly sources: readonly string[];
  readonly command: string;
}

const ARTEFACTS: Readonly<Record<Artefact, Made>> = {
  program: {
    stamp: 'dist/ec2-instance-connect.stamp',
    sources: [...PROGRAM, 'packaging/files.json'],
    command: 'npm run build',
  },
  packages: {
    stamp: 'dist/packages/stamp',
    sources: [...PROGRAM, ...PACKAGES, ...TEXTS],
    command: 'npm run package',
  },
  repositories: {
    stamp: 'dist/repo/stamp',
    sources: [...PROGRAM, ...PACKAGES, ...TEXTS, 'scripts/repo', 'scripts/repo.ts'],
    command: 'npm run package && npm run repo',
  },
};

function filesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!lstatSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
}

/**
 * The digest of what an artefact is made from: names and contents.
 * @param project the checkout's folder
 */
export function sourceDigest(artefact: Artefact, project: string = PROJECT): string {
  const hash = createHash('sha256');
  const files = ARTEFACTS[artefact].sources.flatMap((path) => filesBelow(join(project, path)));
  for (const file of files.sort()) {
    const bytes = readFileSync(file);
    hash.update(`${file.slice(project.length)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/**
 * Begins to make an artefact: what is there is none from now on.
 * @param stamp where the stamp stands
 * @returns what to call when it is made; the stamp names the sources as they were at the beginning
 */
export function beginArtefact(
  artefact: Artefact,
  stamp: string = join(PROJECT, ARTEFACTS[artefact].stamp),
  project: string = PROJECT,
): () => void {
  rmSync(stamp, { force: true });
  const digest = sourceDigest(artefact, project);
  return () => {
    writeFileSync(stamp, `${digest}\n`);
  };
}

/**
 * Makes sure that an artefact is made from the sources as they are.
 * @throws Error that says which command makes it
 */
export function demandStamp(artefact: Artefact, project: string = PROJECT): void {
  const { stamp, command } = ARTEFACTS[artefact];
  const path = join(project, stamp);
  if (!existsSync(path)) {
    throw new Error(`the ${artefact} in dist must be made first: ${command} (${stamp} is missing)`);
  }
  if (readFileSync(path, 'utf8').trim() !== sourceDigest(artefact, project)) {
    throw new Error(`the ${artefact} in dist came from other sources: ${command} (see ${stamp})`);
  }
}
