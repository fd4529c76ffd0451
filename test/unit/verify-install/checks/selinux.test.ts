import { describe, expect, it } from 'vitest';
import { selinux } from '../../../../src/verify-install/checks/selinux.ts';
import { inspect, NOW, type World, type WorldFile } from '../world.ts';

const LOADED = { 'semodule -l': { stdout: 'base\nec2_instance_connect\nsshd\n' } };
/** Up to RHEL 7 and Amazon Linux 2, semodule shows versions as well. */
const LOADED_OLD = { 'semodule -l': { stdout: 'base\nec2_instance_connect\t1.0\n' } };
const NOT_LOADED = { 'semodule -l': { stdout: 'base\nsshd\n' } };

function host(enforce: '0' | '1', commands: World['commands'], log = ''): Partial<World> {
  const files = { '/sys/fs/selinux/enforce': enforce, '/var/log/audit/audit.log': log };
  return { files, commands };
}

/** A host with a helper in the chain, and with the boolean that lets helpers be links to commands. */
function chain(helper: WorldFile, boolean: string): Partial<World> {
  const { files, commands = {} } = host('1', LOADED);
  const booleans = '/sys/fs/selinux/booleans';
  const more = {
    [`${booleans}/ec2_instance_connect_run_commands`]: boolean,
    '/etc/ec2-instance-connect/authorized-keys-command.d/50-sss': helper,
  };
  return { files: { ...files, ...more }, commands };
}
const LINK = { link: '/usr/bin/sss_ssh_authorizedkeys', text: 'a program' };

function denial(comm: string, seconds = NOW - 60): string {
  const context = 'scontext=system_u:system_r:sshd_t:s0 tclass=tcp_socket permissive=0';
  return `type=AVC msg=audit(${seconds}.123:45): avc:  denied  { name_connect } for  pid=7 comm="${comm}" ${context}\n`;
}

describe('selinux', () => {
  it.each([
    ['a host without it', {}, 'pass'],
    ['enforcing with our module', host('1', LOADED), 'pass'],
    ['enforcing with our module, as old releases list it', host('1', LOADED_OLD), 'pass'],
    ['enforcing without our module', host('1', NOT_LOADED), 'warn'],
    ['a denial while enforcing', host('1', LOADED, denial('eic_run_authori')), 'fail'],
    ['a denial while permissive', host('0', LOADED, denial('ec2-instance-co')), 'warn'],
    ['a denial of yesterday', host('1', LOADED, denial('eic_run_authori', NOW - 90_000)), 'pass'],
    ["somebody else's denial", host('1', LOADED, denial('httpd')), 'pass'],
    ['modules that cannot be listed', host('1', {}), 'warn'],
    ['a linked helper', chain(LINK, '0 0'), 'fail'],
    ['a linked helper that the policy starts', chain(LINK, '1 1'), 'pass'],
    ['a helper that is a file', chain({ text: '#!/bin/sh' }, '0 0'), 'pass'],
  ])('judges %s', async (_, world, status) => {
    expect(await inspect(selinux, world)).toMatchObject({ status });
  });

  it('offers our module where that is missing', async () => {
    const world = host('1', NOT_LOADED, denial('eic_run_authori'));
    expect(await inspect(selinux, world)).toMatchObject({
      remedy: { command: 'yum install -y ec2-instance-connect-selinux' },
    });
  });

  it('lets linked helpers run', async () => {
    expect(await inspect(selinux, chain(LINK, '0 0'))).toMatchObject({
      remedy: { command: 'setsebool -P ec2_instance_connect_run_commands on' },
    });
  });

  it('leaves the rest to root', async () => {
    expect(await inspect(selinux, { ...host('1', LOADED), uid: 1000 })).toMatchObject({
      because: 'needs-root',
    });
  });
});
