/** Builds dist/ec2-instance-connect: `npm run build`. Clears nothing of dist but what it made. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { bundle } from './build/bundle.ts';
import { trimCodeCache } from './build/code-cache.ts';
import { findNote, shortenNote } from './build/elf.ts';
import { BLOB_NOTE, BUILD_FLAGS, seaConfig } from './build/sea.ts';
import { beginArtefact } from './build/stamp.ts';

const DIST = 'dist';
const NAME = 'ec2-instance-connect';
const LOGIN_NAME = 'eic_run_authorized_keys';

/** Makes the single executable: Node with a startup snapshot of the bundle inside. */
function compile(main: string, output: string): void {
  const path = `${DIST}/sea.json`;
  writeFileSync(path, JSON.stringify(seaConfig(main, output)));
  execFileSync(process.execPath, [...BUILD_FLAGS, `--build-sea=${path}`], { stdio: 'inherit' });
  const elf = readFileSync(output);
  const blob = findNote(elf, BLOB_NOTE);
  if (blob === undefined) throw new Error(`expected a note ${BLOB_NOTE} in ${output}`);
  shortenNote(elf, BLOB_NOTE, trimCodeCache(blob));
  writeFileSync(output, elf);
}

const made = beginArtefact('program');
mkdirSync(DIST, { recursive: true });
for (const name of [NAME, LOGIN_NAME]) rmSync(`${DIST}/${name}`, { force: true });
const metafile = await bundle(`${DIST}/bundle.cjs`);
writeFileSync(`${DIST}/metafile.json`, JSON.stringify(metafile));
compile(`${DIST}/bundle.cjs`, `${DIST}/${NAME}`);
symlinkSync(NAME, `${DIST}/${LOGIN_NAME}`);
made();
