/** The rpms beside ours: a distribution's own packages as one empty stand-in, the stock rpms, and ours again. */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { currentBuild } from '../../scripts/package/build.ts';
import { entriesOf } from '../../scripts/package/manifest.ts';
import { packRpm, readScript } from '../../scripts/package/rpm.ts';
import { target } from '../../scripts/package/target.ts';
import { unpack } from './packages.ts';
import { deadly, makeQuietHelper, NEXT_VERSION, writeDropIn } from './stand-ins.ts';

/**
 * The versions of the stock rpms' stand-ins: Amazon Linux 2's, whose lines are in sshd_config itself; 1.1 with a drop-in
 * of the unit that its %post writes; and RHEL's.
 */
export const STOCK_RPM_VERSIONS = {
  amazon: '1.1-10',
  dropIn: '1.1-19',
  redhat: '2.0.0-5',
} as const;
/** The drop-in as the %post of stock rpms (1.1) writes it; no package owns it. */
export const STOCK_RPM_DROP_IN = '/usr/lib/systemd/system/sshd.service.d/ec2-instance-connect.conf';
/** What RHEL's stock package brings for sshd. */
export const REDHAT_DROP_IN = '/etc/ssh/sshd_config.d/60-ec2-instance-connect.conf';

/** Where the stand-in of openssh-server finds sshd when it is installed. */
export const LATE_SSHD = '/root/sshd';

const COMMAND = '/opt/aws/bin/eic_run_authorized_keys';
const LINES = `AuthorizedKeysCommand ${COMMAND} %u %f\nAuthorizedKeysCommandUser ec2-instance-connect\n`;
const MAKE_USER =
  'getent passwd ec2-instance-connect >/dev/null || useradd -r -M -s /sbin/nologin ec2-instance-connect';

const UNIT = 'ec2-instance-connect.service';
const UNIT_FILE = `/usr/lib/systemd/system/${UNIT}`;
const RESTART =
  '[ ! -d /run/systemd/system ] || { systemctl daemon-reload; systemctl try-restart ssh.service; }';

interface Spec {
  readonly name: string;
  readonly version: string;
  readonly body: string;
  /** Content of files by path; the helper is a program. */
  readonly files: Readonly<Record<string, string>>;
}

function buildSpec(spec: Spec, output: string): void {
  const work = mkdtempSync(join(tmpdir(), 'eic-rpm-'));
  const root = join(work, 'root');
  for (const [path, text] of Object.entries(spec.files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (path === COMMAND) makeQuietHelper(join(root, path));
    else writeFileSync(join(root, path), text);
  }
  mkdirSync(root, { recursive: true });
  const [version = '', release = ''] = spec.version.split('-');
  writeFileSync(
    join(work, 'package.spec'),
    `Name: ${spec.name}\nVersion: ${version}\nRelease: ${release}\nSummary: stand-in\nLicense: none\n` +
      `BuildArch: noarch\nAutoReqProv: no\n${spec.body}\n%files\n${Object.keys(spec.files).join('\n')}\n`,
  );
  const settings = [
    '_topdir ' + work,
    `_rpmdir ${output}`,
    '_build_name_fmt %{NAME}-%{VERSION}-%{RELEASE}.rpm',
  ];
  settings.push('__os_install_post %{nil}', '_binaries_in_noarch_packages_terminate_build 0');
  const defines = settings.flatMap((setting) => ['--define', setting]);
  const args = ['-bb', '--quiet', '--buildroot', root, ...defines, join(work, 'package.spec')];
  execFileSync('rpmbuild', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  rmSync(work, { recursive: true });
}

/** Writes the stand-ins of the distribution and of both stock packages into a folder. */
export function makeForeignRpms(output: string): void {
  const description = '%description\nstand-in';
  buildSpec(
    {
      name: 'stub-distribution',
      version: '1-1',
      body: `Provides: openssh-server = 8.7p1-1, ca-certificates, shadow-utils = 2:4.9-1, /bin/sh, coreutils, policycoreutils, selinux-policy-targeted\n${description}`,
      files: {},
    },
    output,
  );
  buildSpec(
    {
      name: 'openssh-server',
      version: '9-1',
      body: `${description}\n%post\nmv ${LATE_SSHD} /usr/sbin/sshd`,
      files: {},
    },
    output,
  );
  buildSpec(
    {
      // The package that had the policy module up to 3.0.0, and that ours takes the place of.
      name: 'ec2-instance-connect-selinux',
      version: '3.0.0-0',
      body: `${description}\n%postun\n[ "$1" -gt 0 ] || semodule -r ec2_instance_connect`,
      files: { '/usr/share/selinux/packages/ec2_instance_connect.pp': '' },
    },
    output,
  );
  buildSpec(
    {
      name: 'ec2-instance-connect',
      version: STOCK_RPM_VERSIONS.amazon,
      body: `${description}\n%pre\n${MAKE_USER}\n%post\ngrep -q '^AuthorizedKeysCommand ' /etc/ssh/sshd_config || printf '${LINES.replaceAll('%', '%%%%').replaceAll('\n', '\\n')}' >>/etc/ssh/sshd_config\nsystemctl reload ssh.service || :`,
      files: { [COMMAND]: '' },
    },
    output,
  );
  buildSpec(
    {
      name: 'ec2-instance-connect',
      version: STOCK_RPM_VERSIONS.dropIn,
      // What is not known of the real one: that erasing takes the drop-in away is assumed.
      body: `${description}
%pre
${MAKE_USER}
%post
${writeDropIn(STOCK_RPM_DROP_IN, COMMAND).replaceAll('%', '%%')}
systemctl enable ${UNIT} 2>/dev/null || :
${RESTART}
%preun
[ "$1" -gt 0 ] || systemctl disable ${UNIT} 2>/dev/null || :
%postun
if [ "$1" -eq 0 ]; then
  rm -f ${STOCK_RPM_DROP_IN}
  ${RESTART}
fi
exit 0`,
      files: {
        [COMMAND]: '',
        [UNIT_FILE]:
          '[Service]\nType=oneshot\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n',
      },
    },
    output,
  );
  buildSpec(
    {
      name: 'ec2-instance-connect',
      version: STOCK_RPM_VERSIONS.redhat,
      body: `${description}\n%pre\n${MAKE_USER}\n%post\nsystemctl reload ssh.service || :`,
      files: { [COMMAND]: '', [REDHAT_DROP_IN]: LINES },
    },
    output,
  );
}

/** Writes an empty rpm with our name into a folder. */
export function makeEmptyRpm(output: string, version: string): void {
  const body = '%description\nstand-in';
  buildSpec({ name: 'ec2-instance-connect', version, body, files: {} }, output);
}

/** A maintainer script of ours that can be told to die, at its begin and where it exits. */
function mortal(name: string): string {
  const script = readScript(name).replace(/^exit 0\n$/m, `${deadly(`after-${name}`)}exit 0\n`);
  return deadly(name) + script;
}

/** Writes our rpm again as the next version, in which each maintainer script can be told to die. */
export function makeNextRpm(output: string): void {
  const tree = unpack('rpm', 'x64');
  const x64 = target('x64');
  const entries = entriesOf('rpm', x64);
  for (const entry of entries) {
    if (entry.type === 'link' && entry.ghost) symlinkSync(entry.link, join(tree, entry.path));
  }
  const [version = '', revision = ''] = NEXT_VERSION.split('-');
  const work = mkdtempSync(join(tmpdir(), 'eic-rpm-'));
  packRpm({ ...currentBuild(work, 0), version, revision }, x64, entries, tree, mortal);
  for (const name of readdirSync(work)) copyFileSync(join(work, name), join(output, name));
  for (const folder of [work, tree, `${tree}.rpmbuild`])
    rmSync(folder, { recursive: true, force: true });
}
