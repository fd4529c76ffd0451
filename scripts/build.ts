import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { bundle } from './build/bundle.ts';

const DIST = 'dist';
const NAME = 'ec2-instance-connect';
const LOGIN_NAME = 'eic_run_authorized_keys';

/** No memory that is both writable and executable; V8 wants the same flags at making and running. */
const RUNTIME_FLAGS = ['--jitless'];
/** Two builds of the same sources are the same file. At run time V8 seeds itself anew. */
const BUILD_FLAGS = [...RUNTIME_FLAGS, '--random-seed=1'];

/** Makes the single executable: Node with a startup snapshot of the bundle inside. */
function compile(main: string, output: string): void {
  const config = {
    main,
    output,
    disableExperimentalSEAWarning: true,
    useSnapshot: true,
    execArgv: RUNTIME_FLAGS,
    // NODE_OPTIONS has no say.
    execArgvExtension: 'none',
  };
  const path = `${DIST}/sea.json`;
  writeFileSync(path, JSON.stringify(config));
  execFileSync(process.execPath, [...BUILD_FLAGS, `--build-sea=${path}`], { stdio: 'inherit' });
}

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST);
const metafile = await bundle(`${DIST}/bundle.cjs`);
writeFileSync(`${DIST}/metafile.json`, JSON.stringify(metafile));
compile(`${DIST}/bundle.cjs`, `${DIST}/${NAME}`);
symlinkSync(NAME, `${DIST}/${LOGIN_NAME}`);
