/**
 * Packages beside ours, for takeovers and upgrades: the stock deb by its name, paths, user and wiring, with
 * content of its own; and ours again under another version.
 */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packagePath, VERSION } from './packages.ts';

/** The version of the stock deb's stand-in. */
export const STOCK_DEB_VERSION = '1.1.14-0ubuntu1.1';
/** A version of ours that comes after the one under test. */
export const NEXT_VERSION = '3.9.0-1';

const STOCK_COMMAND = '/usr/share/ec2-instance-connect/eic_run_authorized_keys';

/** The drop-in as the postinst of the stock deb (1.1.x) writes it; no package owns it. */
export const STOCK_DEB_DROP_IN = '/lib/systemd/system/ssh.service.d/ec2-instance-connect.conf';

/** The stock packages' command line: the unit's own with two options more. */
export function stockDropIn(command: string, sshd = '/usr/sbin/sshd -D'): string {
  const options = `-o "AuthorizedKeysCommand=${command} %%u %%f" -o "AuthorizedKeysCommandUser=ec2-instance-connect"`;
  return `[Service]\nExecStart=\nExecStart=${sshd} $SSHD_OPTS ${options}\n`;
}

/** Shell lines that make the drop-in: not where the main file has a command; edits of an earlier one are kept. */
export function writeDropIn(path: string, command: string): string {
  return `if ! grep -qi '^[[:space:]]*AuthorizedKeysCommand[[:space:]]' /etc/ssh/sshd_config && [ ! -e ${path} ]; then
  mkdir -p ${dirname(path)}
  cat >${path} <<'EOF'
${stockDropIn(command)}EOF
fi`;
}

const RESTART =
  '[ ! -d /run/systemd/system ] || { systemctl daemon-reload; systemctl try-restart ssh.service; }';
const UNIT = 'ec2-instance-connect.service';

/** What debhelper makes of a unit that is enabled when it is installed. */
const UNIT_SCRIPTS = {
  postinst: `deb-systemd-helper unmask ${UNIT} >/dev/null || true
if deb-systemd-helper --quiet was-enabled ${UNIT}; then
  deb-systemd-helper enable ${UNIT} >/dev/null || true
else
  deb-systemd-helper update-state ${UNIT} >/dev/null || true
fi`,
  postrm: `if [ "$1" = remove ]; then deb-systemd-helper mask ${UNIT} >/dev/null || true; fi
if [ "$1" = purge ]; then
  deb-systemd-helper purge ${UNIT} >/dev/null || true
  deb-systemd-helper unmask ${UNIT} >/dev/null || true
fi`,
} as const;

/** Files of the stock stand-in by path, but for the helper. */
const STOCK_FILES: Readonly<Record<string, { readonly text: string; readonly mode: number }>> = {
  [`/lib/systemd/system/${UNIT}`]: {
    text: '[Service]\nType=oneshot\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n',
    mode: 0o644,
  },
  '/DEBIAN/control': {
    text: `Package: ec2-instance-connect
Version: ${STOCK_DEB_VERSION}
Architecture: all
Maintainer: Nobody <nobody@example.com>
Depends: adduser
Description: stand-in
`,
    mode: 0o644,
  },
  '/DEBIAN/preinst': {
    text: '#!/bin/sh\n[ ! -e /run/fail-preinst ]\n',
    mode: 0o755,
  },
  // The user's primary group is nogroup, as `adduser --system` makes it.
  '/DEBIAN/postinst': {
    text: `#!/bin/sh
set -e
[ "$1" = configure ] || exit 0
getent passwd ec2-instance-connect >/dev/null ||
  adduser --system --quiet --home /nonexistent --no-create-home ec2-instance-connect
${writeDropIn(STOCK_DEB_DROP_IN, STOCK_COMMAND)}
${UNIT_SCRIPTS.postinst}
${RESTART}
`,
    mode: 0o755,
  },
  // What is not known of the real one: that removal takes the drop-in away is assumed.
  '/DEBIAN/postrm': {
    text: `#!/bin/sh
set -e
if [ "$1" = remove ]; then
  rm -f ${STOCK_DEB_DROP_IN}
  ${RESTART}
fi
${UNIT_SCRIPTS.postrm}
`,
    mode: 0o755,
  },
};

function withFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'eic-stand-in-'));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function pack(folder: string, output: string): void {
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '-b', folder, output], {
    stdio: 'ignore',
  });
}

/**
 * A helper that has nothing to say. Not a script: a shell opens its script a second time, by name, and
 * could meet the file that took its place.
 */
export function makeQuietHelper(path: string): void {
  const source =
    '__attribute__((noreturn)) void _start(void) { __asm__("syscall" : : "a"(60), "D"(0)); for (;;); }';
  mkdirSync(dirname(path), { recursive: true });
  execFileSync('gcc', ['-static', '-nostdlib', '-xc', '-', '-o', path], { input: source });
}

/** Writes the stock deb's stand-in into a folder. */
export function makeStockDeb(output: string): void {
  withFolder((folder) => {
    chmodSync(folder, 0o755);
    makeQuietHelper(join(folder, STOCK_COMMAND));
    for (const [path, { text, mode }] of Object.entries(STOCK_FILES)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
      chmodSync(join(folder, path), mode);
    }
    pack(folder, join(output, `ec2-instance-connect_${STOCK_DEB_VERSION}_all.deb`));
  });
}

/** Writes an empty deb with our name into a folder. */
export function makeEmptyDeb(output: string, version: string): void {
  withFolder((folder) => {
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'DEBIAN'));
    writeFileSync(
      join(folder, 'DEBIAN/control'),
      `Package: ec2-instance-connect\nVersion: ${version}\nArchitecture: all\nMaintainer: Nobody <nobody@example.com>\nDescription: stand-in\n`,
    );
    pack(folder, join(output, `ec2-instance-connect_${version}_all.deb`));
  });
}

/**
 * For the begin and the end of a maintainer script: where the file /run/kill-SCRIPT is, the script takes it
 * away and kills itself and the package manager, as a power cut would.
 */
export function deadly(script: string): string {
  return `if [ -e /run/kill-${script} ]; then rm /run/kill-${script}; kill -KILL $PPID $$; fi\n`;
}

/** Writes our deb again as the next version, in which each maintainer script can be told to die. */
export function makeNextDeb(output: string): void {
  withFolder((folder) => {
    execFileSync('dpkg-deb', ['-R', packagePath('deb', 'x64'), folder]);
    const control = join(folder, 'DEBIAN/control');
    const text = readFileSync(control, 'utf8');
    writeFileSync(control, text.replace(`Version: ${VERSION}`, `Version: ${NEXT_VERSION}`));
    for (const script of ['preinst', 'postinst', 'prerm', 'postrm']) {
      const path = join(folder, 'DEBIAN', script);
      const [shebang = '', ...rest] = readFileSync(path, 'utf8').split('\n');
      writeFileSync(path, `${shebang}\n${deadly(script)}${rest.join('\n')}`);
      appendFileSync(path, deadly(`after-${script}`));
    }
    pack(folder, join(output, `ec2-instance-connect_${NEXT_VERSION}_amd64.deb`));
  });
}
