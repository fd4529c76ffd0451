import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { documents } from '../../support/imds.ts';
import { LoopbackServer, refusingUrl } from '../../support/loopback-server.ts';

const CLIENT = new URL('../../../src/imds/client.ts', import.meta.url).href;

/** Asks for one document in a process of its own: Node reads its proxy settings when it starts. */
async function askIn(env: NodeJS.ProcessEnv, url: string): Promise<string> {
  const program = `
    const { ImdsClient } = await import(${JSON.stringify(CLIENT)});
    const endpoints = [${JSON.stringify(url)}, ${JSON.stringify(await refusingUrl())}];
    const imds = new ImdsClient({ remaining: () => 60_000 }, endpoints);
    process.stdout.write(String(await imds.get('a', 256)));
    imds.close();`;
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return stdout;
}

describe('ImdsClient, a proxy in the environment', () => {
  it.each([
    ['the usual variables', {}],
    ['Node told to heed them', { NODE_USE_ENV_PROXY: '1' }],
    ['Node told so by an option', { NODE_OPTIONS: '--use-env-proxy' }],
  ])('is never asked, with %s', async (_, more) => {
    await using proxy = await LoopbackServer.start((response) => response.end('by proxy'));
    await using server = await LoopbackServer.start(documents({ a: 'direct' }));
    const names = [
      'http_proxy',
      'HTTP_PROXY',
      'https_proxy',
      'HTTPS_PROXY',
      'all_proxy',
      'ALL_PROXY',
    ];
    const env = { ...Object.fromEntries(names.map((name) => [name, proxy.url])), ...more };
    expect(await askIn(env, server.url)).toBe('direct');
    expect(proxy.connections).toBe(0);
  });
});
