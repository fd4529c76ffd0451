import type { CheckId } from '../../../src/verify-install/check.ts';
import type { Ground } from './ground.ts';

/** One thing that is broken, who notices, and what heals it. */
export interface Breakage {
  readonly what: string;
  /** A shell script inside, or anything else that breaks it. */
  readonly how: string | ((ground: Ground) => Promise<unknown>);
  /** The one check that fails. */
  readonly check: CheckId;
  /** The fix, or the choice, that is shown for it; it is run as it stands, and must succeed. */
  readonly remedy: RegExp;
  /** The only way out changes what others may do, too: it is a choice, and never a fix. */
  readonly concernsOthers?: true;
  /**
   * What the remedy makes happen outside of the machine: the account's settings, the clock, the
   * service. Only where no command inside can heal it.
   */
  readonly outside?: (ground: Ground) => Promise<unknown>;
  /** The login user; alice without. */
  readonly user?: string;
}

const OWN_COMMAND = '/usr/share/ec2-instance-connect/eic_run_authorized_keys %u %f';

/** Lines of sshd_config that are read before all others, and that the running sshd has. */
function configured(...lines: readonly string[]): (ground: Ground) => Promise<unknown> {
  return async (ground) => {
    const text = lines.map((line) => `${line}\n`).join('');
    await ground.must(`printf '%s' '${text}' >/etc/ssh/sshd_config.d/00-test.conf`);
    await ground.restartSshd();
  };
}

const other = '/usr/local/bin/other-keys';
const OTHER_HELPER = `printf '#!/bin/sh\\n' >${other} && chmod 755 ${other}`;
const CHAIN = '/etc/ec2-instance-connect/authorized-keys-command.d';

const FILES: readonly Breakage[] = [
  {
    what: 'a folder of the program is writable by its group',
    how: 'chmod g+w /usr/lib/ec2-instance-connect',
    check: 'files-mode',
    remedy: /^chmod 0755 \/usr\/lib\/ec2-instance-connect$/,
  },
  {
    what: 'a folder of the program belongs to somebody else',
    how: 'chown alice /usr/lib/ec2-instance-connect',
    check: 'files-mode',
    remedy: /^chown --no-dereference root:root \/usr\/lib\/ec2-instance-connect$/,
  },
  {
    what: 'the path that sshd calls is gone',
    how: 'rm /usr/share/ec2-instance-connect/eic_run_authorized_keys',
    check: 'files-present',
    remedy: /^apt-get install --reinstall -y ec2-instance-connect$/,
  },
  {
    what: 'an installed file has been changed',
    how: 'echo "# edited" >>/usr/lib/systemd/system/ec2-instance-connect-verify.timer',
    check: 'files-content',
    remedy: /^apt-get install --reinstall/,
  },
  {
    what: 'the list of installed files is gone',
    how: 'rm /usr/lib/ec2-instance-connect/manifest.json',
    check: 'files-present',
    remedy: /^apt-get install --reinstall/,
  },
  {
    what: 'a folder above the command is writable by everybody',
    how: 'chmod o+w /usr/share',
    check: 'command-path',
    remedy: /^chmod go-w \/usr\/share$/,
  },
  {
    what: 'a folder above the command belongs to somebody else',
    how: 'chown alice /usr/share',
    check: 'command-path',
    remedy: /^chown -h root \/usr\/share$/,
  },
  {
    what: 'a folder above the command is closed to its user',
    how: 'chmod o-x /usr/share',
    check: 'command-path',
    remedy: /^chmod o\+x \/usr\/share$/,
  },
];

const ACCOUNTS: readonly Breakage[] = [
  {
    what: "the command's user is missing",
    how: 'userdel ec2-instance-connect',
    check: 'command-user',
    remedy: /^useradd --system .* ec2-instance-connect$/,
  },
  {
    what: "the command's user has a shell",
    how: 'usermod --shell /bin/bash ec2-instance-connect',
    check: 'command-user-locked',
    remedy: /^usermod --shell \/usr\/sbin\/nologin ec2-instance-connect$/,
  },
  {
    what: "the command's user has a password",
    how: "usermod --password '$6$salt$hash' ec2-instance-connect",
    check: 'command-user-locked',
    remedy: /^usermod --lock ec2-instance-connect$/,
  },
  {
    what: "the command's user has a home folder of its own",
    how: 'mkdir /home/eic && chown ec2-instance-connect /home/eic && usermod --home /home/eic ec2-instance-connect',
    check: 'command-user-locked',
    remedy: /^usermod --home \/nonexistent ec2-instance-connect$/,
  },
  {
    what: 'the login user does not exist',
    how: 'true',
    user: 'carl',
    check: 'login-user',
    remedy: /^getent passwd$/,
    outside: (ground) => ground.must('useradd --create-home --shell /bin/bash carl'),
  },
  {
    what: 'the login user is locked, and sshd does not ask PAM',
    how: async (ground) => {
      await ground.must("usermod --password '!' alice");
      await configured('UsePAM no')(ground);
    },
    check: 'login-user',
    remedy: /^usermod --password '\*' alice$/,
  },
  {
    what: 'the login user has no shell',
    how: 'usermod --shell /usr/sbin/nologin alice',
    check: 'login-user',
    remedy: /^usermod --shell \/bin\/bash alice$/,
  },
  {
    what: "the login user's shell does not exist",
    how: "sed -i '/^alice:/s,/bin/bash,/bin/fish,' /etc/passwd",
    check: 'login-user',
    remedy: /^usermod --shell \/bin\/bash alice$/,
  },
  {
    what: "the login user's account has expired",
    how: 'chage --expiredate 1 alice',
    check: 'login-user',
    remedy: /^chage --expiredate -1 alice$/,
  },
  {
    what: 'the login user must change the password first',
    how: 'chage --lastday 0 alice',
    check: 'password-aging',
    remedy: /^chage --lastday \d+ alice$/,
  },
  {
    what: 'a rule of pam_access keeps the login user out',
    how: `sed -i '1i account required pam_access.so' /etc/pam.d/sshd && echo '-:ALL EXCEPT root bob carol:ALL' >>/etc/security/access.conf`,
    check: 'pam-account',
    remedy: /^sed -i 1i\+:alice:ALL \/etc\/security\/access\.conf$/,
  },
  {
    what: 'the system is closed to everybody but root',
    how: 'touch /etc/nologin',
    check: 'login-user',
    remedy: /^rm \/etc\/nologin$/,
    concernsOthers: true,
  },
];

const SSHD: readonly Breakage[] = [
  {
    what: 'sshd does not know a keyword',
    how: `echo 'Bananas yes' >/etc/ssh/sshd_config.d/00-test.conf`,
    check: 'sshd-config',
    concernsOthers: true,
    remedy: /sed -E -i '?1s\/\^\/#\/'? \/etc\/ssh\/sshd_config\.d\/00-test\.conf && .* -t && /,
  },
  {
    what: 'no command is set',
    how: async (ground) => {
      await ground.must('ec2-instance-connect sshd disable');
      await ground.restartSshd();
    },
    check: 'authorized-keys-command',
    remedy: /^ec2-instance-connect sshd enable$/,
  },
  {
    what: 'a second drop-in wins with another command',
    how: async (ground) => {
      await ground.must(OTHER_HELPER);
      await configured(
        `AuthorizedKeysCommand ${other} %u`,
        'AuthorizedKeysCommandUser nobody',
      )(ground);
    },
    check: 'authorized-keys-command',
    remedy: /^ec2-instance-connect sshd adopt/,
  },
  {
    what: 'a second drop-in wins with a command that does not exist',
    how: configured('AuthorizedKeysCommand /opt/gone %u', 'AuthorizedKeysCommandUser nobody'),
    check: 'authorized-keys-command',
    remedy: /sed -E -i '?2s\/\^\/#\/'? /,
  },
  {
    what: 'a Match block has another command for the login user',
    how: async (ground) => {
      await ground.must(OTHER_HELPER);
      await configured(
        'Match User alice',
        `AuthorizedKeysCommand ${other} %u`,
        'Match all',
      )(ground);
    },
    check: 'authorized-keys-command',
    remedy: /^install -d .* echo 'Match User alice'; echo 'AuthorizedKeysCommand .*%u %f'; /,
  },
  {
    what: 'a Match block switches the command off for the login user',
    how: configured('Match User alice', 'AuthorizedKeysCommand none', 'Match all'),
    check: 'authorized-keys-command',
    remedy: /sed -E -i '?2s\/\^\/#\/'? /,
  },
  {
    what: 'an earlier line switches the command off for everybody',
    how: configured('AuthorizedKeysCommand none'),
    check: 'authorized-keys-command',
    remedy: /sed -E -i '?1s\/\^\/#\/'? /,
  },
  {
    what: 'the command does not get the user name',
    how: configured(
      `AuthorizedKeysCommand ${OWN_COMMAND.replace('%u ', '')}`,
      'AuthorizedKeysCommandUser ec2-instance-connect',
    ),
    check: 'authorized-keys-command',
    remedy: /sed -E -i '1s,.*%u %f,' \/etc\/ssh\/sshd_config\.d\/00-test\.conf && /,
  },
  {
    what: 'the command runs as another user',
    how: configured(`AuthorizedKeysCommand ${OWN_COMMAND}`, 'AuthorizedKeysCommandUser nobody'),
    check: 'authorized-keys-command-user',
    remedy: /sed -E -i /,
  },
  {
    what: 'no sshd runs',
    how: (ground) => ground.stopSshd(),
    check: 'sshd-running',
    remedy: /^\/usr\/sbin\/sshd$/,
  },
  {
    what: 'the configuration was changed after sshd had read it',
    how: `echo 'LoginGraceTime 30' >>/etc/ssh/sshd_config.d/10-listen.conf`,
    check: 'sshd-current',
    remedy: /^\/usr\/sbin\/sshd -t && kill -HUP /,
  },
  {
    what: 'keys are switched off',
    how: configured('PubkeyAuthentication no'),
    check: 'pubkey-authentication',
    remedy: /^\{ echo 'Match User alice'; echo 'PubkeyAuthentication yes'; /,
  },
  {
    what: 'keys are not among the accepted methods',
    how: configured('AuthenticationMethods password'),
    check: 'pubkey-authentication',
    remedy: /^\{ echo 'Match User alice'; echo 'AuthenticationMethods publickey'; /,
  },
  {
    what: 'a key is not enough',
    how: configured('AuthenticationMethods publickey,password'),
    check: 'pubkey-authentication',
    remedy: /^\{ echo 'Match User alice'; echo 'AuthenticationMethods publickey'; /,
  },
  {
    what: 'no key type of the service is accepted',
    how: configured('PubkeyAcceptedAlgorithms ecdsa-sha2-nistp521'),
    check: 'pubkey-authentication',
    concernsOthers: true,
    remedy: /sed -E -i '?1s\/\^\/#\/'? /,
  },
  {
    what: 'AllowUsers does not name the login user',
    how: configured('AllowUsers root bob'),
    check: 'login-allowed',
    remedy: /sed -E -i '1s\/\$\/ alice\/' \/etc\/ssh\/sshd_config\.d\/00-test\.conf && /,
  },
  {
    what: 'DenyUsers names the login user among others',
    how: configured('DenyUsers bob alice games'),
    check: 'login-allowed',
    remedy: /sed -E -i '1s\/.*alice.* \/etc\/ssh\/sshd_config\.d\/00-test\.conf && /,
  },
  {
    what: 'AllowGroups names no group of the login user',
    how: async (ground) => {
      await ground.must('groupadd ssh-people');
      await configured('AllowGroups ssh-people')(ground);
    },
    check: 'login-allowed',
    remedy: /sed -E -i '1s\/\$\/ alice\/' \/etc\/ssh\/sshd_config\.d\/00-test\.conf && /,
  },
  {
    what: 'DenyGroups names a group of the login user',
    how: async (ground) => {
      await ground.must('groupadd contractors && usermod --append --groups contractors alice');
      await configured('DenyGroups contractors')(ground);
    },
    check: 'login-allowed',
    remedy: /^gpasswd --delete alice contractors$/,
  },
  {
    what: 'the list of revoked keys is gone',
    how: configured('RevokedKeys /etc/ssh/revoked'),
    check: 'pubkey-authentication',
    concernsOthers: true,
    remedy: /sed -E -i '?1s\/\^\/#\/'? /,
  },
  {
    what: 'libwrap keeps every address out',
    how: "echo 'ALL: ALL' >>/etc/hosts.deny",
    check: 'hosts-access',
    concernsOthers: true,
    remedy: /^echo 'sshd: ALL' >> \/etc\/hosts\.allow$/,
  },
  {
    what: 'sshd opens no sessions',
    how: configured('MaxSessions 0'),
    check: 'session',
    remedy: /^\{ echo 'Match User alice'; echo 'MaxSessions 10'; /,
  },
  {
    what: 'the forced command does not exist',
    how: configured('Match User alice', 'ForceCommand /usr/bin/menu', 'Match all'),
    check: 'session',
    remedy: /sed -E -i '?2s\/\^\/#\/'? /,
  },
  {
    what: "a chained helper is closed to the command's user",
    how: `mkdir -p ${CHAIN} && printf '#!/bin/sh\\n' >${CHAIN}/sss && chmod 700 ${CHAIN}/sss`,
    check: 'other-helpers',
    remedy: /^chgrp \d+ \S+\/sss && chmod g\+rx \S+\/sss$/,
  },
  {
    what: 'a chained helper is writable by its group',
    how: `mkdir -p ${CHAIN} && printf '#!/bin/sh\\n' >${CHAIN}/sss && chmod 775 ${CHAIN}/sss`,
    check: 'other-helpers',
    remedy: /^chown -h root \S+\/sss && chmod go-w \S+\/sss$/,
  },
  {
    what: 'a chained helper is not executable',
    how: `mkdir -p ${CHAIN} && printf '#!/bin/sh\\n' >${CHAIN}/sss && chmod 644 ${CHAIN}/sss`,
    check: 'other-helpers',
    remedy: /^chmod a\+rx \S+\/sss$/,
  },
  {
    what: "a helper's arguments have a token that sshd does not have",
    how: `mkdir -p ${CHAIN} && printf '#!/bin/sh\\n' >${CHAIN}/sss && chmod 755 ${CHAIN}/sss && echo %x >${CHAIN}/sss.args`,
    check: 'other-helpers',
    remedy: /^echo '%u %f' > \S+\/sss\.args$/,
  },
];

/** Reject what goes to IMDS, from everybody or from one user. */
const firewall = (owner: string): string =>
  `iptables -A OUTPUT -d 169.254.169.254 -p tcp ${owner} -j REJECT`;

/** A change of the instance's metadata options, made by the account's owner with the AWS CLI. */
const modified = async (ground: Ground): Promise<void> => {
  if (!ground.outsideCalls().startsWith('aws ec2 modify-instance-metadata-options')) {
    throw new Error(`expected a call of the AWS CLI, got ${ground.outsideCalls()}`);
  }
  await ground.rig.emulator.setFaults([]);
};
const setFirmware = (ground: Ground, firmware: { assetTag?: string }): Promise<void> => {
  ground.rig.setFirmware(firmware);
  return Promise.resolve();
};
const healService = (ground: Ground): Promise<void> => ground.rig.emulator.setMaterial({});
const answers = (path: string, status: number, body: string) => (ground: Ground) =>
  ground.rig.emulator.setFaults([
    { service: 'imds', path, action: { kind: 'answer', status, body } },
  ]);
const serves =
  (material: Parameters<Ground['rig']['emulator']['setMaterial']>[0]) => (ground: Ground) =>
    ground.rig.emulator.setMaterial(material);

const IMDS: readonly Breakage[] = [
  {
    what: 'the firmware names no instance',
    how: (ground) => setFirmware(ground, {}),
    check: 'instance',
    remedy: /^ec2-instance-connect verify-install --offline$/,
    outside: (ground) => setFirmware(ground, { assetTag: ground.rig.account.instanceId }),
  },
  {
    what: 'nothing has the address of IMDS',
    how: async (ground) => {
      await ground.rig.setImdsAddress('ipv4', false);
      await ground.rig.setImdsAddress('ipv6', false);
    },
    check: 'imds-reachable',
    remedy: /^ip route get 169\.254\.169\.254; /,
    outside: (ground) => ground.rig.setImdsAddress('ipv4', true),
  },
  {
    what: 'a firewall keeps everybody from IMDS',
    how: async (ground) => {
      await ground.must(firewall(''));
      await ground.rig.setImdsAddress('ipv6', false);
    },
    check: 'imds-reachable',
    remedy: /^iptables -D OUTPUT -d 169\.254\.169\.254\/32 -p tcp -j REJECT/,
  },
  {
    what: "a firewall keeps the command's user from IMDS",
    how: async (ground) => {
      await ground.must(firewall('-m owner ! --uid-owner root'));
      await ground.rig.setImdsAddress('ipv6', false);
    },
    check: 'imds-command-user',
    remedy: /^iptables -I OUTPUT 1 .* --uid-owner ec2-instance-connect -j ACCEPT$/,
  },
  {
    what: 'the hop limit is too low for the answer to the token request',
    how: (ground) =>
      ground.rig.emulator.setFaults([
        { service: 'imds', path: '/latest/api/token', action: { kind: 'hang' } },
      ]),
    check: 'imds-token',
    remedy:
      /^aws ec2 modify-instance-metadata-options --instance-id i-\w+ --http-put-response-hop-limit 2$/,
    outside: modified,
  },
  {
    what: 'IMDS is switched off for the instance',
    how: answers('*', 403, 'forbidden'),
    check: 'imds-reachable',
    remedy:
      /^aws ec2 modify-instance-metadata-options --instance-id i-\w+ --http-endpoint enabled$/,
    outside: modified,
  },
  {
    what: 'IMDS answers for another machine than the firmware names',
    how: (ground) => setFirmware(ground, { assetTag: ground.rig.account.otherInstanceId }),
    check: 'instance-id',
    remedy: /^ip route get 169\.254\.169\.254; iptables -t nat -S/,
    outside: (ground) => setFirmware(ground, { assetTag: ground.rig.account.instanceId }),
  },
  {
    what: 'IMDS names a domain that is no partition of AWS',
    how: answers('/latest/meta-data/services/domain', 200, 'evil.example'),
    check: 'signer-name',
    remedy: /^ec2-instance-connect --version$/,
    outside: (ground) => ground.rig.emulator.setFaults([]),
  },
  {
    what: 'IMDS cannot answer for the login user',
    how: answers('*/active-keys/*', 500, 'broken'),
    check: 'pushed-keys',
    remedy: /--explain/,
    outside: (ground) => ground.rig.emulator.setFaults([]),
  },
  {
    what: "IMDS does not serve the signer's certificates",
    how: answers('*/signer-cert/', 404, 'not found'),
    check: 'signer-documents',
    remedy: /--explain/,
    outside: (ground) => ground.rig.emulator.setFaults([]),
  },
];

const TRUST: readonly Breakage[] = [
  {
    what: "the signer's root is missing from the CA store",
    how: 'cp /usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt /etc/ssl/certs/ca-certificates.crt',
    check: 'ca-root',
    remedy: /update-ca-certificates --fresh$/,
  },
  {
    what: 'the CA store is gone',
    how: 'rm /etc/ssl/certs/ca-certificates.crt',
    check: 'ca-store',
    remedy: /update-ca-certificates --fresh$/,
  },
  {
    what: 'two folders above the CA store are closed to the command user',
    how: 'chmod 700 /etc/ssl /etc/ssl/certs',
    check: 'ca-store',
    remedy: /^chmod o\+x \/etc\/ssl\/certs \/etc\/ssl$/,
  },
  {
    what: "the CA store is closed to the command's user",
    how: 'chmod 600 /etc/ssl/certs/ca-certificates.crt',
    check: 'ca-store',
    remedy: /^chmod o\+r \/etc\/ssl\/certs\/ca-certificates\.crt$/,
  },
  {
    what: 'the clock is two days behind',
    how: (ground) => ground.rig.emulator.setClockOffset(2 * 86_400),
    check: 'clock',
    remedy: /^chronyc makestep$/,
    outside: async (ground) => {
      if (ground.outsideCalls() !== 'chronyc makestep\n') throw new Error('expected chronyc');
      await ground.rig.emulator.setClockOffset(0);
    },
  },
  {
    what: "the signer's certificate is for another name",
    how: serves({ chain: 'other-name' }),
    check: 'signer-path',
    remedy: /verify-install/,
    outside: healService,
  },
  {
    what: 'a staple has expired',
    how: serves({ staples: 'expired' }),
    check: 'signer-staples',
    remedy: /verify-install/,
    outside: healService,
  },
  {
    what: "the signer's certificate has been revoked",
    how: serves({ staples: 'revoked' }),
    check: 'signer-staples',
    remedy: /verify-install/,
    outside: healService,
  },
  {
    what: 'a staple is missing',
    how: serves({ staples: 'leaf-missing' }),
    check: 'signer-staples',
    remedy: /verify-install/,
    outside: healService,
  },
];

/** An sshd that its unit has confined. */
const confined =
  (...by: readonly string[]) =>
  async (ground: Ground): Promise<void> => {
    await ground.stopSshd();
    await ground.startSshd(...by);
  };

const RUN: readonly Breakage[] = [
  {
    what: 'sshd runs with too little address space for the command',
    how: confined('prlimit', '--as=200000000'),
    check: 'program-starts',
    remedy: /^cat \/proc\/\d+\/limits /,
    outside: (ground) => ground.restartSshd(),
  },
  {
    what: 'sshd runs where the CA store is hidden',
    how: confined(
      'unshare',
      '--mount',
      'sh',
      '-c',
      'mount -t tmpfs -o mode=700 tmpfs /etc/ssl && exec "$@"',
      'sh',
    ),
    check: 'ca-store',
    remedy: /^cat \/proc\/\d+\/limits /,
    outside: (ground) => ground.restartSshd(),
  },
  {
    what: "the journal is closed to the command's user",
    how: 'chmod 600 /run/systemd/journal/stdout',
    check: 'journal',
    remedy: /^chmod 666 \/run\/systemd\/journal\/stdout$/,
  },
];

/** A line in the log, as sshd or PAM write it, a minute ago; without systemd it is a syslog file. */
const logged = (tag: string, message: string): string =>
  `echo "$(date -u -d '-60 seconds' +%FT%TZ) host ${tag}[7]: ${message}" >>/var/log/auth.log`;

/** What sshd writes when somebody has logged in: after it an older refusal tells nothing. */
const loggedIn = (ground: Ground): Promise<unknown> =>
  ground.must(
    `echo "$(date -u +%FT%TZ) host sshd[8]: Accepted publickey for alice from 192.0.2.7 port 1" >>/var/log/auth.log`,
  );

const LOG: readonly Breakage[] = [
  {
    what: 'PAM has refused the login user',
    how: logged(
      'sshd',
      "pam_access(sshd:account): access denied for user \\`alice' from \\`192.0.2.7'",
    ),
    check: 'witness-login',
    remedy: /access\.conf$/,
    outside: loggedIn,
  },
  {
    what: 'libwrap has refused a client',
    how: logged('sshd', 'refused connect from 192.0.2.7 (192.0.2.7)'),
    check: 'witness-login',
    remedy: /hosts\.deny/,
    outside: loggedIn,
  },
  {
    what: 'the command was killed in a login',
    how: logged('sshd', 'error: AuthorizedKeysCommand /x alice SHA256:y exited on signal 9'),
    check: 'witness-command',
    remedy: /^journalctl -k /,
    outside: loggedIn,
  },
];

/** Everything that the tests break, one thing at a time. */
export const BREAKAGES: readonly Breakage[] = [
  ...FILES,
  ...ACCOUNTS,
  ...SSHD,
  ...IMDS,
  ...TRUST,
  ...RUN,
  ...LOG,
];
