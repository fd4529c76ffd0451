import { describe, expect, it } from 'vitest';
import { clock } from '../../../../src/verify-install/checks/clock.ts';
import { imdsCommandUser } from '../../../../src/verify-install/checks/imds-command-user.ts';
import { imdsProxy } from '../../../../src/verify-install/checks/imds-proxy.ts';
import { imdsReachable } from '../../../../src/verify-install/checks/imds-reachable.ts';
import { imdsToken } from '../../../../src/verify-install/checks/imds-token.ts';
import { instance } from '../../../../src/verify-install/checks/instance.ts';
import { instanceId } from '../../../../src/verify-install/checks/instance-id.ts';
import { pushedKeys } from '../../../../src/verify-install/checks/pushed-keys.ts';
import { Fault } from '../../../../src/verdict/fault.ts';
import { choosing, inspect, NOW, type World } from '../world.ts';

const PROGRAM = '/usr/lib/ec2-instance-connect/ec2-instance-connect';
const VIEW = `${PROGRAM} view-host`;
const ok = { ok: true, found: 'seen' };

function viewed(view: object): World['commands'] {
  return {
    [VIEW]: { stdout: JSON.stringify(view) },
    'getent passwd -- ec2-instance-connect': {
      stdout: 'ec2-instance-connect:x:998:998::/nonexistent:/sbin/nologin',
    },
  };
}

const refused = { ipv4: { ok: false, code: 'ECONNREFUSED' } } as const;
const silent = { ipv4: { ok: false, code: 'TIMEOUT' } } as const;
const ipv6 = { ipv6: { ok: true, status: 401 } } as const;

describe('imds-reachable', () => {
  it.each([
    ['an answer without a token', {}, 'pass'],
    ['the IPv6 endpoint alone', { ...refused, ...ipv6 }, 'pass'],
    ['no endpoint', refused, 'fail'],
    // The client waits for IPv4 and does not try IPv6 then: so it is not good enough.
    ['an IPv4 endpoint that is silent', { ...silent, ...ipv6 }, 'fail'],
    ['an endpoint that is switched off', { ipv4: { ok: true, status: 403 } }, 'fail'],
  ] as const)('judges %s', async (_, greetings, status) => {
    const world = Object.keys(greetings).length === 0 ? {} : { greetings };
    expect(await inspect(imdsReachable, world)).toMatchObject({ status });
  });

  it.each([
    [0, 'pass'],
    [2, 'warn'],
    [3, 'fail'],
  ] as const)('judges an endpoint of which %i answers come too late', async (late, status) => {
    expect(await inspect(imdsReachable, { late })).toMatchObject({ status });
  });

  it('shows the route to add where there is none', async () => {
    const commands = {
      'ip route get 169.254.169.254': { stdout: 'unreachable 169.254.169.254' },
      'ip -o route show default': { stdout: 'default via 10.0.0.1 dev ens5 proto dhcp' },
    };
    expect(await inspect(imdsReachable, { greetings: refused, commands })).toMatchObject({
      remedy: { command: 'ip route replace 169.254.169.254/32 dev ens5' },
    });
  });

  it("leaves a firewall's rule to its owner, and says what would take it away", async () => {
    const rule = '-A OUTPUT -d 169.254.169.254/32 -j DROP';
    const commands = { 'iptables -S OUTPUT': { stdout: `-P OUTPUT ACCEPT\n${rule}\n` } };
    expect(await inspect(imdsReachable, { greetings: silent, commands })).toMatchObject({
      remedy: choosing('iptables -D OUTPUT -d 169.254.169.254/32 -j DROP'),
    });
  });
});

describe('imds-token', () => {
  it('knows a hop limit that is too low by the answer that does not come', async () => {
    const fault = new Fault('IMDS_TIMEOUT', 'no answer from 169.254.169.254/latest/api/token');
    expect(await inspect(imdsToken, { metadata: { 'instance-id': fault } })).toMatchObject({
      status: 'fail',
      remedy: choosing('--http-put-response-hop-limit 2'),
    });
  });

  it.each([
    [1, 'warn'],
    [2, 'warn'],
    [3, 'fail'],
  ] as const)('judges a service of which %i answers come too late', async (late, status) => {
    const metadata = { 'instance-id': 'i-0123456789abcdef0' };
    expect(await inspect(imdsToken, { metadata, late })).toMatchObject({ status });
  });

  it('takes any other fault for what it is', async () => {
    const fault = new Fault('IMDS_STATUS', 'expected 200 for a token, got 500');
    expect(await inspect(imdsToken, { metadata: { 'instance-id': fault } })).toMatchObject({
      status: 'fail',
      found: 'expected 200 for a token, got 500',
    });
  });
});

describe('imds-command-user', () => {
  it('believes what the command user sees', async () => {
    const seen = { imds: { ok: false, code: 'IMDS_UNREACHABLE', found: 'ECONNREFUSED' } };
    const world = { commands: viewed(seen) };
    expect(await inspect(imdsCommandUser, { commands: viewed({ imds: ok }) })).toMatchObject({
      status: 'pass',
    });
    expect(await inspect(imdsCommandUser, world)).toMatchObject({
      status: 'fail',
      remedy: { command: expect.stringContaining('--uid-owner ec2-instance-connect') as string },
    });
  });

  it.each(['', '{}', '[]', '{"imds":{"ok":"yes"}}', '{"other":{"ok":true,"found":""}}'])(
    'fails where the program gives no view: %j',
    async (stdout) => {
      const commands = { ...viewed({}), [VIEW]: { stdout } };
      expect(await inspect(imdsCommandUser, { commands })).toMatchObject({ status: 'fail' });
    },
  );
});

describe('instance', () => {
  it('fails on what is no EC2 instance', async () => {
    expect(await inspect(instance, { machine: undefined })).toMatchObject({ status: 'fail' });
  });

  it('takes Xen, which does not say which instance it is', async () => {
    const world = { machine: { kind: 'xen' }, commands: viewed({ machine: ok }) } as const;
    expect(await inspect(instance, world)).toMatchObject({ status: 'pass' });
  });
});

describe('instance-id', () => {
  it.each([
    ['i-0123456789abcdef0', 'pass'],
    ['i-0fedcba9876543210', 'fail'],
  ])('compares %s with the firmware: %s', async (served, status) => {
    const world = { metadata: { 'instance-id': served } };
    expect(await inspect(instanceId, world)).toMatchObject({ status });
  });
});

describe('imds-proxy', () => {
  it('warns of somebody in between', async () => {
    const greetings = { ipv4: { ok: true, status: 401, via: '1.1 squid' } } as const;
    expect(await inspect(imdsProxy, { greetings })).toMatchObject({ status: 'warn' });
  });

  it('says that a proxy variable is never used', async () => {
    const files = { '/etc/environment': 'http_proxy=http://10.0.0.1:3128' };
    const result = await inspect(imdsProxy, { files });
    expect(result.status).toBe('pass');
    expect(result.found).toContain('/etc/environment');
  });
});

describe('pushed-keys', () => {
  it('takes 404 for nobody having pushed a key', async () => {
    expect(await inspect(pushedKeys, {})).toMatchObject({ status: 'pass', data: { keys: 0 } });
  });

  it('fails for a name that the service cannot address', async () => {
    expect(await inspect(pushedKeys, {}, { user: '-x' })).toMatchObject({ status: 'fail' });
  });
});

describe('clock', () => {
  const systemd = { '/run/systemd/system': { type: 'directory' } } as const;
  const at = (date: number) => ({ greetings: { ipv4: { ok: true, status: 401, date } } }) as const;

  it.each([
    [0, 'pass'],
    [29, 'pass'],
    [-31, 'warn'],
    [300, 'warn'],
    [-301, 'fail'],
    [172_800, 'fail'],
  ])('judges an offset of %i seconds: %s', async (offset, status) => {
    expect(await inspect(clock, at(NOW - offset))).toMatchObject({ status, data: { offset } });
  });

  it.each([
    ['systemd 219', 'NTP synchronized: yes', 'pass'],
    ['systemd 219', 'NTP synchronized: no', 'warn'],
    ['systemd 252', 'System clock synchronized: yes', 'pass'],
    ['systemd 252', 'System clock synchronized: no', 'warn'],
  ])('reads what timedatectl of %s says: %s', async (_, stdout, status) => {
    const commands = { timedatectl: { stdout: `      ${stdout}\n` } };
    expect(await inspect(clock, { files: systemd, commands })).toMatchObject({ status });
    const offline = { files: systemd, commands };
    expect(await inspect(clock, offline, { offline: true })).toMatchObject({ status });
  });

  it('is set by the daemon that the host has', async () => {
    const remedy = async (files: World['files']) => {
      const result = await inspect(clock, { ...at(NOW - 1000), files });
      return 'remedy' in result ? result.remedy.command : '';
    };
    expect(await remedy({ '/usr/bin/chronyc': '' })).toBe('chronyc makestep');
    expect(await remedy({ '/lib/systemd/systemd-timesyncd': '' })).toMatch(/^timedatectl set-ntp/);
    expect(await remedy({})).toMatch(/install -y chrony && chronyc makestep$/);
  });
});
