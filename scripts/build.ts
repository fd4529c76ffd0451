import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { bundle } from './build/bundle.ts';
import { BUILD_FLAGS, seaConfig } from './build/sea.ts';

const DIST = 'dist';
const NAME = 'ec2-instance-connect';
const LOGIN_NAME = 'eic_run_authorized_keys';

/** Makes the single executable: Node with a startup snapshot of the bundle inside. */
function compile(main: string, output: string): void {
  const path = `${DIST}/sea.json`;
  writeFileSync(path, JSON.stringify(seaConfig(main, output)));
  execFileSync(process.execPath, [...BUILD_FLAGS, `--build-sea=${path}`], { stdio: 'inherit' });
}

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST);
const metafile = await bundle(`${DIST}/bundle.cjs`);
writeFileSync(`${DIST}/metafile.json`, JSON.stringify(metafile));
compile(`${DIST}/bundle.cjs`, `${DIST}/${NAME}`);
symlinkSync(NAME, `${DIST}/${LOGIN_NAME}`);
