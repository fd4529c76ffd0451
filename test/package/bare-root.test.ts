import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { authorizedKeys, makePushedKey, startRig, takeTrail } from '../e2e/login-rig.ts';
import type { Rig } from '../rig/rig.ts';
import { run, type CommandResult } from '../rig/run.ts';
import { FIRST_UNLISTED, SYSCALLS, missingIn } from '../seccomp/syscalls.ts';
import { BareRoot, type CallOptions } from './bare-root.ts';
import { discard, unpack } from './packages.ts';

const OLD_KERNEL = new URL('../seccomp/old-kernel.py', import.meta.url).pathname;

let tree: string;
let rig: Rig;
let root: BareRoot;

beforeAll(async () => {
  tree = unpack('deb', 'x64');
  rig = await startRig();
  root = await BareRoot.make(rig, tree);
});
afterAll(async () => {
  await rig.stop();
  discard(tree);
});

/** As on a kernel of that version. */
function onKernel(version: string): string[] {
  const missing = missingIn(version).join(',');
  return ['/usr/bin/python3', OLD_KERNEL, String(FIRST_UNLISTED), missing];
}

async function expectWholeJob(options: CallOptions): Promise<void> {
  await rig.reset();
  const key = await makePushedKey(rig);
  await takeTrail(rig);
  const answer = await root.call(['alice'], options);
  expect(answer).toMatchObject({ status: 0, stderr: '', stdout: authorizedKeys(key) });
  expect(await takeTrail(rig)).toMatchObject([{ event: 'key-accepted', user: 'alice' }]);
}

describe('the installed tree in a root that holds nothing else', () => {
  it('does the whole main job: the key is printed, the audit line written', async () => {
    await expectWholeJob({});
  });

  it.each(['4.4', '4.14'])('does it on the system calls of Linux %s', async (version) => {
    await expectWholeJob({ before: onKernel(version) });
  });

  it.each([
    ['this kernel', []],
    ['Linux 4.4', onKernel('4.4')],
    ['Linux 4.14', onKernel('4.14')],
  ])(
    'finds out without Node that nobody has pushed a key, on the system calls of %s',
    async (_, before) => {
      await rig.reset();
      await root.withoutProgram(async () => {
        const answer = async (): Promise<CommandResult> => root.call(['bob'], { before });
        // Without its program the launcher says so in every other case, also where it was not given time enough.
        await vi.waitFor(async () => {
          expect(await answer()).toMatchObject({ status: 0, stdout: '', stderr: '' });
        }, 30_000);
        await makePushedKey(rig, 'bob');
        expect(await answer()).toMatchObject({ status: 127, stdout: '' });
      });
    },
  );

  it('meets a filter that really answers ENOSYS', async () => {
    const statx = SYSCALLS.find(([, name]) => name === 'statx')?.[0];
    const script = `import ctypes; l = ctypes.CDLL(None, use_errno=True); l.syscall(${statx}, 0, 0, 0, 0, 0); print(ctypes.get_errno())`;
    const filtered = ['env', ...onKernel('4.4'), '/usr/bin/python3', '-c', script] as const;
    expect((await run([...filtered])).stdout.trim()).toBe('38');
  });

  it('answers --version to a person', async () => {
    const options = { command: '/usr/bin/ec2-instance-connect' };
    expect(await root.call(['--version'], options)).toMatchObject({ status: 0, stdout: '3.0.0\n' });
  });
});

describe('a hostile host', () => {
  const environment = {
    LD_PRELOAD: '/hostile.so',
    LD_LIBRARY_PATH: '/hostile',
    LD_AUDIT: '/hostile.so',
    LD_DEBUG: 'all',
    LD_BIND_NOW: '1',
    LD_TRACE_LOADED_OBJECTS: '1',
    GLIBC_TUNABLES: 'glibc.malloc.check=3',
    MALLOC_PERTURB_: '1',
    NODE_OPTIONS: '--require /hostile.js',
    NODE_DEBUG: 'http,net',
    NODE_DEBUG_NATIVE: 'SEA',
    NODE_EXTRA_CA_CERTS: '/hostile.pem',
    NODE_V8_COVERAGE: '/tmp',
    NODE_REDIRECT_WARNINGS: '/tmp/warnings',
    NODE_USE_ENV_PROXY: '1',
    http_proxy: 'http://127.0.0.1:1',
    HTTP_PROXY: 'http://127.0.0.1:1',
    OPENSSL_CONF: '/hostile.cnf',
    OPENSSL_MODULES: '/hostile',
    SSL_CERT_FILE: '/hostile.pem',
    SSL_CERT_DIR: '/hostile',
    UV_THREADPOOL_SIZE: '0',
    TZ: '/hostile',
  };

  it('cannot change what the program does by any variable', async () => {
    root.write('/hostile.so', readFileSync('/lib/x86_64-linux-gnu/libc.so.6').subarray(0, 4096));
    root.write('/hostile.js', 'process.exit(99)');
    root.write('/hostile.cnf', 'nodejs_conf = hostile\n[hostile]\nproviders = missing\n');
    await expectWholeJob({ environment });
  });

  it('cannot do so with ld.so.preload, ld.so.cache, openssl.cnf, nsswitch.conf or libraries', async () => {
    root.write('/etc/ld.so.preload', '/hostile.so\n');
    root.write('/etc/ld.so.cache', 'not a cache');
    root.write('/etc/ssl/openssl.cnf', 'nodejs_conf = hostile\n[hostile]\nproviders = missing\n');
    root.write('/etc/nsswitch.conf', 'passwd: hostile\nhosts: hostile\n');
    for (const name of ['libc.so.6', 'libm.so.6', 'libatomic.so.1', 'libnss_hostile.so.2']) {
      for (const folder of [
        '/lib/x86_64-linux-gnu',
        '/usr/lib/x86_64-linux-gnu',
        '/lib64',
        '/lib',
      ]) {
        root.write(`${folder}/${name}`, 'not a library');
      }
    }
    await expectWholeJob({ environment });
  });
});
