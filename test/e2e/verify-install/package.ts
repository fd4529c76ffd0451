import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { runOrThrow } from '../../rig/run.ts';

const PROGRAM = '/usr/lib/ec2-instance-connect/ec2-instance-connect';
const COMMAND = '/usr/share/ec2-instance-connect/eic_run_authorized_keys';
const UNITS = ['ec2-instance-connect-verify.service', 'ec2-instance-connect-verify.timer'];

const POSTINST = `#!/bin/sh
set -e
getent passwd ec2-instance-connect >/dev/null ||
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin ec2-instance-connect
ec2-instance-connect sshd enable
`;

/** Makes a package of the compiled program, in a folder that apt takes packages from. */
export async function makePackage(root: string): Promise<void> {
  const tree = `${root}/srv/tree`;
  const put = (from: string, to: string): void => {
    mkdirSync(dirname(`${tree}${to}`), { recursive: true });
    copyFileSync(from, `${tree}${to}`);
  };
  put('dist/ec2-instance-connect', PROGRAM);
  put(`${root}/opt/test-lib/libatomic.so.1`, '/usr/lib/x86_64-linux-gnu/libatomic.so.1');
  for (const unit of UNITS) put(`systemd/${unit}`, `/usr/lib/systemd/system/${unit}`);
  mkdirSync(`${tree}${dirname(COMMAND)}`, { recursive: true });
  mkdirSync(`${tree}/usr/bin`, { recursive: true });
  mkdirSync(`${tree}/DEBIAN`);
  symlinkSync(`../../lib/ec2-instance-connect/ec2-instance-connect`, `${tree}${COMMAND}`);
  symlinkSync(
    '../lib/ec2-instance-connect/ec2-instance-connect',
    `${tree}/usr/bin/ec2-instance-connect`,
  );
  const file = (path: string, mode: string) => ({
    path,
    type: 'file',
    mode,
    owner: 'root',
    group: 'root',
    role: 'program',
    sha256: createHash('sha256')
      .update(readFileSync(`${tree}${path}`))
      .digest('hex'),
  });
  const folder = (path: string) => ({
    path,
    type: 'directory',
    mode: '0755',
    owner: 'root',
    group: 'root',
    role: 'program',
  });
  const manifest = {
    schema: 1,
    name: 'ec2-instance-connect',
    version: '3.0.0-1',
    family: 'deb',
    user: 'ec2-instance-connect',
    command: COMMAND,
    files: [
      folder(dirname(PROGRAM)),
      folder(dirname(COMMAND)),
      file(PROGRAM, '0755'),
      {
        path: COMMAND,
        type: 'symlink',
        target: '../../lib/ec2-instance-connect/ec2-instance-connect',
        owner: 'root',
        group: 'root',
        role: 'program',
      },
      ...UNITS.map((unit) => file(`/usr/lib/systemd/system/${unit}`, '0644')),
    ],
  };
  writeFileSync(`${tree}${dirname(PROGRAM)}/manifest.json`, JSON.stringify(manifest));
  writeFileSync(
    `${tree}/DEBIAN/control`,
    'Package: ec2-instance-connect\nVersion: 3.0.0-1\nArchitecture: amd64\nMaintainer: Test <test@example.invalid>\nDescription: test\n',
  );
  writeFileSync(`${tree}/DEBIAN/postinst`, POSTINST, { mode: 0o755 });
  const deb = `${root}/srv/repo/ec2-instance-connect_3.0.0-1_amd64.deb`;
  mkdirSync(dirname(deb));
  await runOrThrow([
    'sh',
    '-c',
    `umask 022; find ${tree} -type d -exec chmod 755 {} +; chmod 755 ${tree}${PROGRAM}; dpkg-deb --root-owner-group -Znone -b ${tree} ${deb} && rm -r ${tree}`,
  ]);
  const control = await runOrThrow(['dpkg-deb', '-f', deb]);
  const sum = createHash('sha256').update(readFileSync(deb)).digest('hex');
  const fields = [
    `Filename: ./${deb.slice(deb.lastIndexOf('/') + 1)}`,
    `Size: ${statSync(deb).size}`,
    `SHA256: ${sum}`,
  ];
  writeFileSync(`${root}/srv/repo/Packages`, `${control.trim()}\n${fields.join('\n')}\n`);
}
