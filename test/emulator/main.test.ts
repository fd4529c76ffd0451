import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ControlClient } from './control-client.ts';
import type { EmulatorAddresses } from './emulator.ts';
import { INSTANCE } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'emulator-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('serves as a command from its ready line until SIGTERM', async () => {
  const [config, root] = [join(folder, 'config.json'), join(folder, 'root.pem')];
  const control = join(folder, 'control');
  const where = { availabilityZone: 'us-east-1a', privateIp: '127.0.0.1', dnsName: 'x' };
  writeFileSync(config, JSON.stringify({ instances: [{ instanceId: INSTANCE, ...where }] }));
  const main = join(import.meta.dirname, 'main.ts');
  const listen = ['--imds', '127.0.0.1:0', '--imds', '[::1]:0', '--control', control];
  const child = spawn(process.execPath, [main, '--config', config, '--root', root, ...listen], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  expect(line).toMatch(/^ready \{.*\}\n$/);
  const { imds } = JSON.parse(line.slice('ready '.length)) as EmulatorAddresses;
  for (const address of imds) {
    expect((await fetch(`http://${address}/latest/meta-data/instance-id`)).status).toBe(401);
  }
  expect((await new ControlClient(control).counters()).imds.requests).toBe(2);
  expect(readFileSync(root, 'utf8')).toContain('BEGIN CERTIFICATE');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
