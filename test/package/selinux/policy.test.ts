/** What the linked policy says, asked as an auditor would; login.test.ts has a kernel enforce it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePolicyModule, POLICY_MODULE } from '../../../scripts/package/selinux.ts';
import { HELPERS_DIRECTORY } from '../../../src/helpers/names.ts';
import { compilePolicy, linkPolicy } from './link.ts';
import { labelOf, Policy, type Access } from './query.ts';

const DOMAIN = 'ec2_instance_connect_t';
const PROGRAM = 'ec2_instance_connect_exec_t';
const CHAIN_DOMAIN = 'ec2_instance_connect_chain_t';
const CHAIN = 'ec2_instance_connect_chain_exec_t';
const BOOLEAN = 'ec2_instance_connect_run_commands';

const fixture = (name: string): string => join(import.meta.dirname, name);

let work: string;
/** Debian 12's policy: sshd in one domain. */
let debian: Policy;
/** The same with the domain of OpenSSH 9.8's session process. */
let newer: Policy;
/** A policy that has only what the module cannot do without. */
let smallest: Policy;
/** The same with what Fedora's and RHEL's policies have by now. */
let recent: Policy;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'eic-policy-'));
  const module = makePolicyModule(work);
  const [one, two] = await Promise.all([
    linkPolicy(join(work, 'debian'), [module]),
    linkPolicy(join(work, 'newer'), [module, fixture('newer-policy.cil')]),
  ]);
  debian = new Policy(one);
  newer = new Policy(two);
  const base = fixture('smallest-policy.cil');
  smallest = new Policy(compilePolicy(work, [base, module]));
  const folder = join(work, 'recent');
  mkdirSync(folder);
  recent = new Policy(compilePolicy(folder, [base, fixture('recent-policy.cil'), module]));
}, 900_000);
afterAll(() => {
  for (const policy of [debian, newer, smallest, recent]) policy.close();
  rmSync(work, { recursive: true });
});

const FILE_READ = ['getattr', 'open', 'read'];
const STREAM = ['connect', 'create', 'getattr', 'getopt', 'read', 'setopt', 'shutdown', 'write'];

describe('the domain may', () => {
  it.each([
    ['run the program and its loader', PROGRAM, 'file', ['execute', 'execute_no_trans', 'map']],
    ['load the private libraries', 'lib_t', 'file', ['execute', 'map', ...FILE_READ]],
    ['load the private loader', 'ld_so_t', 'file', ['execute', 'map', ...FILE_READ]],
    ["read the machine's firmware", 'sysfs_t', 'file', FILE_READ],
    ['read the CA store', 'cert_t', 'file', FILE_READ],
    ['follow the links of the CA store', 'cert_t', 'lnk_file', ['getattr', 'read']],
    ['read the debug switch', 'var_run_t', 'file', FILE_READ],
    ['judge the way to it', 'var_run_t', 'dir', ['getattr', 'search']],
    ['connect to port 80', 'http_port_t', 'tcp_socket', ['name_connect']],
    ['speak TCP', DOMAIN, 'tcp_socket', STREAM],
    ["reach the journal's socket", 'devlog_t', 'sock_file', ['write']],
    ['connect to the journal', 'syslogd_t', 'unix_stream_socket', ['connectto']],
    ['speak to the journal', DOMAIN, 'unix_stream_socket', STREAM],
    ['call logger', 'bin_t', 'file', ['execute', 'execute_no_trans', 'map']],
    ['look for helpers', CHAIN, 'dir', ['getattr', 'open', 'read', 'search']],
    ['start helpers', CHAIN_DOMAIN, 'process', ['transition']],
    ['end helpers', CHAIN_DOMAIN, 'process', ['sigkill']],
    ["write to sshd's pipe", 'sshd_t', 'fifo_file', ['write']],
    ['tell sshd of its end', 'sshd_t', 'process', ['sigchld']],
  ])('%s', async (_, target, className, permissions) => {
    const access = { source: DOMAIN, target, class: className, permissions };
    expect(await debian.isAllowed(access)).toBe(true);
  });
});

describe('the domain may not', () => {
  /** Each class with the permissions on it, and the targets for which some are given nonetheless. */
  const FORBIDDEN = [
    ['have writable code', 'process', ['execmem', 'execstack', 'execheap'], []],
    // Every domain of Debian's policy may, on libraries that are marked as needing it.
    ['make code of a changed file', 'file', ['execmod'], ['textrel_shlib_t']],
    ['look into other processes', 'process', ['ptrace', 'getattr', 'share'], []],
    ['choose a context', 'process', ['dyntransition', 'setcurrent', 'setexec', 'setfscreate'], []],
    ['enter another domain but the helpers', 'process', ['transition'], [CHAIN_DOMAIN]],
    ['signal others', 'process', ['signal', 'sigkill', 'sigstop'], [CHAIN_DOMAIN, DOMAIN]],
    // Its own entries in /proc have its type.
    ['write to a file', 'file', ['append', 'write'], [DOMAIN]],
    ['make or remove a file', 'file', ['create', 'link', 'rename', 'setattr', 'unlink'], []],
    ['relabel a file', 'file', ['relabelfrom', 'relabelto', 'mounton'], []],
    ['change a folder', 'dir', ['add_name', 'create', 'remove_name', 'rmdir', 'write'], []],
    ['make a link', 'lnk_file', ['create', 'rename', 'unlink', 'write'], []],
    ['connect to other ports', 'tcp_socket', ['name_connect'], ['http_port_t']],
    ['serve', 'tcp_socket', ['accept', 'listen', 'name_bind', 'node_bind'], []],
  ] as const;

  it.each(FORBIDDEN)('%s', async (_, className, permissions, except) => {
    const rules = await debian.allowed({ source: DOMAIN, class: className, permissions });
    const targets = rules.map(({ target }) => target);
    expect([...new Set(targets)].sort()).toEqual([...except].sort());
  });

  it.each([
    ...['capability', 'capability2', 'cap_userns', 'cap2_userns', 'bpf', 'io_uring', 'key'],
    ...['udp_socket', 'rawip_socket', 'packet_socket', 'netlink_route_socket', 'vsock_socket'],
    ...['system', 'security', 'service', 'dbus', 'blk_file', 'shm', 'msgq'],
  ])('do anything with the class %s', async (className) => {
    expect(await debian.allowed({ source: DOMAIN, class: className })).toEqual([]);
  });

  it.each(['etc_t', 'usr_t', 'var_t', 'tmp_t', 'user_home_t', 'shadow_t', 'sshd_key_t'])(
    'change what has the type %s',
    async (target) => {
      const permissions = ['append', 'create', 'setattr', 'unlink', 'write'];
      expect(await debian.allowed({ source: DOMAIN, target, permissions })).toEqual([]);
    },
  );

  it.each(['usr_t', 'var_log_t', 'user_home_t', 'shadow_t', 'sshd_key_t', 'ssh_home_t'])(
    'read what has the type %s',
    async (target) => {
      const access = { source: DOMAIN, target, class: 'file', permissions: ['read'] };
      expect(await debian.allowed(access)).toEqual([]);
    },
  );

  it('run a shell: opening it as the interpreter of a helper is all', async () => {
    const access = { source: DOMAIN, target: 'shell_exec_t', class: 'file' };
    expect(await debian.allowed({ ...access, permissions: ['execute_no_trans', 'map'] })).toEqual(
      [],
    );
    expect(await debian.isAllowed({ ...access, permissions: ['execute', 'open'] })).toBe(true);
  });
});

describe('the domain is entered', () => {
  const intoDomain = { target: DOMAIN, class: 'process', permissions: ['transition'] };
  const sources = async (policy: Policy): Promise<string[]> => {
    const rules = await policy.allowed(intoDomain);
    return [...new Set(rules.map(({ source }) => source))].sort();
  };

  it('by sshd alone, and by its session process where the policy has one', async () => {
    expect(await sources(debian)).toEqual(['sshd_t']);
    expect(await sources(newer)).toEqual(['sshd_session_t', 'sshd_t']);
    for (const policy of [debian, newer]) {
      const permissions = ['dyntransition'];
      expect(await policy.allowed({ ...intoDomain, permissions })).toEqual([]);
    }
  });

  it('through launcher and program alone', async () => {
    const rules = await debian.allowed({ source: DOMAIN, permissions: ['entrypoint'] });
    expect(rules.map(({ target }) => target)).toEqual([PROGRAM]);
  });

  it('without asking for it', async () => {
    const rule = (source: string): string =>
      `type_transition ${source} ${PROGRAM}:process ${DOMAIN};`;
    expect(await debian.transitions({ target: PROGRAM })).toEqual([rule('sshd_t')]);
    const both = [rule('sshd_session_t'), rule('sshd_t')];
    expect(await newer.transitions({ target: PROGRAM })).toEqual(both);
  });

  it('with what the session process needs for it', async () => {
    const needs: readonly Access[] = [
      { source: 'sshd_session_t', target: PROGRAM, class: 'file', permissions: ['execute', 'map'] },
      { source: DOMAIN, target: 'sshd_session_t', class: 'fd', permissions: ['use'] },
      { source: DOMAIN, target: 'sshd_session_t', class: 'fifo_file', permissions: ['write'] },
      { source: DOMAIN, target: 'sshd_session_t', class: 'process', permissions: ['sigchld'] },
    ];
    for (const access of needs)
      expect([access, await newer.isAllowed(access)]).toEqual([access, true]);
  });
});

describe('the unit that verifies the installation', () => {
  const SERVICE = 'unconfined_service_t';

  it('is started where systemd may execute no private entry type, as services without a domain are', async () => {
    expect(await recent.transitions({ source: 'init_t' })).toEqual([
      `type_transition init_t ${PROGRAM}:process ${SERVICE};`,
    ]);
    const execute = ['execute', 'getattr', 'open', 'read'];
    const needs: readonly Access[] = [
      { source: 'init_t', target: PROGRAM, class: 'file', permissions: execute },
      { source: 'init_t', target: SERVICE, class: 'process', permissions: ['transition'] },
      // The unit has NoNewPrivileges.
      { source: 'init_t', target: SERVICE, class: 'process2', permissions: ['nnp_transition'] },
      { source: SERVICE, target: PROGRAM, class: 'file', permissions: ['entrypoint', ...execute] },
      { source: SERVICE, target: 'init_t', class: 'process', permissions: ['sigchld'] },
    ];
    for (const access of needs)
      expect([access, await recent.isAllowed(access)]).toEqual([access, true]);
  });
});

describe('rings', () => {
  it.each([DOMAIN, CHAIN_DOMAIN])(
    'have a type of their own, and their denial is not written down: %s',
    async (source) => {
      const query = { source, target: 'io_uring_t', class: 'anon_inode' };
      const [rule] = await recent.silenced(query);
      expect(rule?.permissions).toEqual(['create', 'map', 'read', 'write']);
      expect(await recent.allowed(query)).toEqual([]);
    },
  );
});

describe("the administrator's helpers", () => {
  it('run in their own domain, commands of the host only where the boolean is on', async () => {
    expect(await debian.transitions({ source: DOMAIN })).toEqual([
      `type_transition ${DOMAIN} bin_t:process ${CHAIN_DOMAIN}; [ ${BOOLEAN} ]:True`,
      `type_transition ${DOMAIN} ${CHAIN}:process ${CHAIN_DOMAIN};`,
    ]);
  });

  it('have no power, no writable code, no other domain, and write temporary files alone', async () => {
    const source = CHAIN_DOMAIN;
    // A client of NIS sends from a reserved port: the policy says so of every name service client.
    const capabilities = await debian.allowed({ source, class: 'capability' });
    expect(capabilities.flatMap(({ permissions }) => permissions)).toEqual(['net_bind_service']);
    const code = { source, class: 'process', permissions: ['execmem', 'execstack', 'transition'] };
    expect(await debian.allowed(code)).toEqual([]);
    const writing = await debian.allowed({
      source,
      class: 'file',
      permissions: ['create', 'unlink'],
    });
    expect([...new Set(writing.map(({ target }) => target))]).toEqual([
      'ec2_instance_connect_chain_tmp_t',
    ]);
  });

  it('may ask name services, directories and web services', async () => {
    for (const target of ['http_port_t', 'ldap_port_t', 'dns_port_t']) {
      const access = { source: CHAIN_DOMAIN, target, class: 'tcp_socket' };
      expect(await debian.isAllowed({ ...access, permissions: ['name_connect'] })).toBe(true);
    }
  });
});

describe('the module', () => {
  it.each([
    ['/usr/lib/ec2-instance-connect/launch', PROGRAM],
    ['/usr/lib/ec2-instance-connect/ec2-instance-connect', PROGRAM],
    ['/usr/share/ec2-instance-connect/eic_run_authorized_keys', PROGRAM],
    ['/usr/lib/ec2-instance-connect/lib/ld-linux-x86-64.so.2', 'ld_so_t'],
    ['/usr/lib/ec2-instance-connect/lib/libc.so.6', 'lib_t'],
    [`${HELPERS_DIRECTORY}/helper`, CHAIN],
    ['/etc/ec2-instance-connect/sshd-unmanaged', 'etc_t'],
  ])('labels %s as %s', (path, type) => {
    expect(labelOf(join(work, 'debian/file_contexts'), path)).toBe(type);
  });

  it('links where nothing but the necessary is known, the permission to map included', async () => {
    const source = DOMAIN;
    expect(await smallest.transitions({ source: 'sshd_t' })).toHaveLength(1);
    const connect = { source, target: 'http_port_t', class: 'tcp_socket' };
    expect(await smallest.isAllowed({ ...connect, permissions: ['name_connect'] })).toBe(true);
    expect(await smallest.allowed({ source, class: 'file', permissions: ['execute'] })).not.toEqual(
      [],
    );
  });

  it('can be removed, and leaves nothing behind', async () => {
    const module = join(work, `${POLICY_MODULE}.pp`);
    const policy = new Policy(await linkPolicy(join(work, 'removed'), [module, POLICY_MODULE]));
    // Asked of a type that is gone the policy gives an error, so all that starts in sshd's domain is looked at.
    const started = await policy.transitions({ source: 'sshd_t', class: 'process' });
    policy.close();
    expect(started.filter((rule) => rule.includes(POLICY_MODULE))).toEqual([]);
    const path = '/usr/lib/ec2-instance-connect/launch';
    expect(labelOf(join(work, 'removed/file_contexts'), path)).toBe('lib_t');
  }, 300_000);
});
