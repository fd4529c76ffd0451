import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { trim } from './trim.ts';

/**
 * Modules of Node that the bundle must not load while the startup snapshot is made: a snapshot cannot
 * keep their native handles. Everything else stands in the snapshot ready-made.
 */
const LOADED_ON_FIRST_USE = ['node:http', 'node:child_process'];

/** The parts of node:http that a snapshot can keep: loading it takes a sixteenth less of a login's CPU time. */
const PARTS_OF_HTTP = ['node:_http_agent', 'node:_http_incoming'];

/**
 * Runs inside the bundle: `require`, with the modules of `names` loaded when first touched. While the
 * snapshot is made their place is taken by what the warm-up has put there.
 */
function loadOnFirstUse(real: (name: string) => object, names: readonly string[]) {
  const { startupSnapshot } = real('node:v8') as typeof import('node:v8');
  return (name: string): object => {
    if (!names.includes(name)) return real(name);
    let loaded: object | undefined;
    const load = (): object =>
      startupSnapshot.isBuildingSnapshot()
        ? (Reflect.get(globalThis, name) as object)
        : (loaded ??= real(name));
    return new Proxy({}, { get: (_, key) => Reflect.get(load(), key) as unknown });
  };
}

/**
 * Bundles the program into one CommonJS file with everything in it but Node's own modules.
 * @param outfile where the bundle goes; its source map goes to the same name with `.map` behind it
 * @returns what went into it and why, for the tests
 */
export async function bundle(outfile: string): Promise<Metafile> {
  const require = `(${loadOnFirstUse.toString()})(require, ${JSON.stringify(LOADED_ON_FIRST_USE)})`;
  const { metafile } = await build({
    entryPoints: ['scripts/build/snapshot.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node26',
    minify: true,
    keepNames: true,
    metafile: true,
    // Beside the bundle and never in it: scripts/symbolize.ts reads stacks with it.
    sourcemap: 'external',
    sourcesContent: false,
    legalComments: 'none',
    plugins: [trim],
    banner: {
      js: `${PARTS_OF_HTTP.map((name) => `require('${name}');`).join('')}(function (require) {`,
    },
    footer: { js: `})(${require});` },
    // yargs asks where it is, to find translations that are not shipped.
    define: { 'import.meta.url': '"file:///usr/lib/ec2-instance-connect/program.js"' },
    logLevel: 'warning',
  });
  nameSources(`${outfile}.map`);
  return metafile;
}

/**
 * Names the sources from the project's folder, so that the map is the same wherever the bundle goes. What a plugin
 * put in the place of a module has no file, and a number that depends on the order in which modules were found.
 */
function nameSources(path: string): void {
  const map = JSON.parse(readFileSync(path, 'utf8')) as { sources: readonly string[] };
  const sources = map.sources.map((source) =>
    source.includes(':')
      ? source.replace(/-\d+$/, '')
      : relative('.', resolve(dirname(path), source)),
  );
  writeFileSync(path, JSON.stringify({ ...map, sources }));
}
