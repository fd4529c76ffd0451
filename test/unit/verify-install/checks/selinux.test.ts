import { describe, expect, it } from 'vitest';
import { selinux } from '../../../../src/verify-install/checks/selinux.ts';
import { choosing, inspect, NOW, type World, type WorldFile } from '../world.ts';

const BOOLEANS = '/sys/fs/selinux/booleans';
/** The kernel has our module's boolean. */
const LOADED = { [`${BOOLEANS}/ec2_instance_connect_run_commands`]: '0 0' };
/** Policies of Fedora's kind have this one, off as they are shipped. */
const NOT_LOADED = { [`${BOOLEANS}/authlogin_yubikey`]: '0 0' };
const ALLOWED = { [`${BOOLEANS}/authlogin_yubikey`]: '1 1' };

function host(
  enforce: '0' | '1',
  booleans: Readonly<Record<string, string>>,
  log = '',
): Partial<World> {
  const files = { '/sys/fs/selinux/enforce': enforce, '/var/log/audit/audit.log': log };
  return { files: { ...files, ...booleans } };
}

/** A host with a helper in the chain, and with the boolean that lets helpers be links to commands. */
function chain(helper: WorldFile, boolean: string): Partial<World> {
  const { files } = host('1', LOADED);
  const more = {
    [`${BOOLEANS}/ec2_instance_connect_run_commands`]: boolean,
    '/etc/ec2-instance-connect/authorized-keys-command.d/50-sss': helper,
  };
  return { files: { ...files, ...more } };
}
const LINK = { link: '/usr/bin/sss_ssh_authorizedkeys', text: 'a program' };

/** An AVC record as auditd writes it; Node names its threads itself. */
function denial(
  source: string,
  target: string,
  permission: string,
  age = 60,
  name = 'node-MainThread',
): string {
  const [type = '', className = ''] = target.split(':');
  const contexts = `scontext=system_u:system_r:${source}:s0-s0:c0.c1023 tcontext=system_u:object_r:${type}:s0`;
  const what = `avc:  denied  { ${permission} } for  pid=7 comm="${name}" ${contexts} tclass=${className}`;
  return `type=AVC msg=audit(${NOW - age}.123:45): ${what} permissive=0\n`;
}
const OUR_DOMAIN = 'ec2_instance_connect_t';
const CONNECT = 'http_port_t:tcp_socket';

describe('selinux', () => {
  it.each([
    ['a host without it', {}, 'pass'],
    ['enforcing with our module', host('1', LOADED), 'pass'],
    ['enforcing without our module', host('1', NOT_LOADED), 'fail'],
    ['enforcing without our module where sshd may connect', host('1', ALLOWED), 'pass'],
    ['enforcing without our module, in a policy of another kind', host('1', {}), 'warn'],
    ['permissive without our module', host('0', NOT_LOADED), 'warn'],
    [
      'a denial while enforcing',
      host('1', LOADED, denial(OUR_DOMAIN, CONNECT, 'name_connect')),
      'fail',
    ],
    [
      'a denial while permissive',
      host('0', LOADED, denial(OUR_DOMAIN, CONNECT, 'name_connect')),
      'warn',
    ],
    [
      'a denial of yesterday',
      host('1', LOADED, denial(OUR_DOMAIN, CONNECT, 'name_connect', 90_000)),
      'pass',
    ],
    [
      "somebody else's denial",
      host('1', LOADED, denial('httpd_t', CONNECT, 'name_connect')),
      'pass',
    ],
    [
      "sshd's way to port 80",
      host('1', ALLOWED, denial('sshd_t', CONNECT, 'name_connect')),
      'fail',
    ],
    [
      "sshd's session process on its way to port 80",
      host('1', ALLOWED, denial('sshd_session_t', CONNECT, 'name_connect')),
      'fail',
    ],
    [
      'systemd that may not start the unit',
      host(
        '1',
        LOADED,
        denial('init_t', 'ec2_instance_connect_exec_t:file', 'execute', 60, '(verify)'),
      ),
      'fail',
    ],
    [
      'rings that are denied',
      host('1', LOADED, denial(OUR_DOMAIN, 'io_uring_t:anon_inode', 'create')),
      'pass',
    ],
    [
      'rings of the helpers that are denied',
      host('1', LOADED, denial('ec2_instance_connect_chain_t', 'io_uring_t:anon_inode', 'create')),
      'pass',
    ],
    [
      'control groups that are denied',
      host('1', LOADED, denial(OUR_DOMAIN, 'cgroup_t:dir', 'search')),
      'pass',
    ],
    [
      "sshd's limits that are denied",
      host('1', LOADED, denial('sshd_t', `${OUR_DOMAIN}:process`, 'rlimitinh siginh noatsecure')),
      'pass',
    ],
    ['a linked helper', chain(LINK, '0 0'), 'fail'],
    ['a linked helper that the policy starts', chain(LINK, '1 1'), 'pass'],
    ['a helper that is a file', chain({ text: '#!/bin/sh' }, '0 0'), 'pass'],
  ])('judges %s', async (_, world, status) => {
    expect(await inspect(selinux, world)).toMatchObject({ status });
  });

  it('offers our module where that is missing', async () => {
    const world = host('1', NOT_LOADED);
    expect(await inspect(selinux, world)).toMatchObject({
      remedy: { command: 'yum reinstall -y ec2-instance-connect' },
    });
    const module = '/usr/share/selinux/packages/ec2_instance_connect.pp';
    const brought = { files: { ...world.files, [module]: 'module' } };
    expect(await inspect(selinux, brought)).toMatchObject({
      remedy: {
        command: `semodule -i ${module} && restorecon -RF /usr/lib/ec2-instance-connect /etc/ec2-instance-connect`,
      },
    });
  });

  it('starts no program, which a unit that may not write could not run', async () => {
    // The world has no commands: one that is started fails.
    expect(await inspect(selinux, { ...host('1', LOADED), commands: {} })).toMatchObject({
      status: 'pass',
    });
  });

  it('lets linked helpers run', async () => {
    expect(await inspect(selinux, chain(LINK, '0 0'))).toMatchObject({
      remedy: choosing('setsebool -P ec2_instance_connect_run_commands on'),
    });
  });

  it('leaves the rest to root', async () => {
    expect(await inspect(selinux, { ...host('1', LOADED), uid: 1000 })).toMatchObject({
      because: 'needs-root',
    });
  });
});
