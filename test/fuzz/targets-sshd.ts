import { fillTemplate, parseTemplate } from '../../src/helpers/arguments.ts';
import { expandWords, parseExecLine, quoteForUnit } from '../../src/sshd/model/exec-line.ts';
import { parseDump } from '../../src/sshd/model/dump.ts';
import { readModel, type SshdModel } from '../../src/sshd/model/model.ts';
import { fixedTree } from '../../src/system/file-tree.ts';
import { parseUnitFile } from '../../src/system/unit-file.ts';
import { mutateText, several } from './mutate.ts';
import type { Random } from './random.ts';
import { bytes, demand, text, type Parts, type Target } from './target.ts';

const CONFIG = `# Package generated configuration file
Include /etc/ssh/sshd_config.d/*.conf
Port 22
PasswordAuthentication no
AuthorizedKeysCommand /usr/share/ec2-instance-connect/eic_run_authorized_keys %u %f
AuthorizedKeysCommandUser ec2-instance-connect
Subsystem sftp /usr/lib/openssh/sftp-server
Match User backup,"odd name" Address 10.0.0.0/8
    AuthorizedKeysCommand none
    PermitTTY no
Match all
    Banner "/etc/issue net"
`;
const DROP_IN = 'AuthorizedKeysFile .ssh/authorized_keys\nMatch Group ops\n  PermitRootLogin no\n';
const UNIT = `[Unit]
Description=OpenBSD Secure Shell server
[Service]
EnvironmentFile=-/etc/default/ssh
Environment="A=1 2" B=3
ExecStartPre=/usr/sbin/sshd -t
ExecStart=
ExecStart=/usr/sbin/sshd -D $SSHD_OPTS "-oAuthorizedKeysCommand=/opt/x %%u" \\
  -o 'AuthorizedKeysCommandUser nobody'
KillMode=process
`;
const ENVIRONMENT = 'SSHD_OPTS="-o LogLevel=VERBOSE"\n';
const CONFIG_WORDS = [
  'Include /etc/ssh/sshd_config\n',
  'Include *.conf\n',
  'Include /etc/ssh/sshd_config.d/*\n',
  'Match ',
  'Match User a\n',
  'all',
  '!',
  '*',
  '*a*b',
  '"',
  "'",
  '\\',
  '=',
  ' # note',
  '\t',
  '\r',
  'AuthorizedKeysCommand none\n',
  '\0',
];
const UNIT_WORDS = [
  '[Service]\n',
  'ExecStart=',
  ' -o',
  ' -f /etc/ssh/a',
  '"',
  "'",
  ';',
  '$SSHD_OPTS',
  '${A}',
  '%i',
  '\\',
  '\\x41',
  '#',
  '\n',
  '@-',
];
const RELEASES = [
  { major: 7, minor: 2 },
  { major: 8, minor: 2 },
  { major: 8, minor: 9 },
  { major: 10, minor: 0 },
] as const;

/** The parts: release, main file, drop-in, unit, variables. */
function makeHost(random: Random): Parts {
  const config = (value: string): string => mutateText(random, value, CONFIG_WORDS);
  const unit = (value: string): string => mutateText(random, value, UNIT_WORDS);
  const which = random.below(4);
  return [
    String(random.below(RELEASES.length)),
    which === 0 ? several(random, CONFIG, config) : CONFIG,
    which === 1 ? several(random, DROP_IN, config) : DROP_IN,
    which === 2 ? several(random, UNIT, unit) : UNIT,
    which === 3 ? several(random, ENVIRONMENT, unit) : ENVIRONMENT,
  ].map(bytes);
}

function modelOf([release, config, dropIn, unit, environment]: Parts): SshdModel {
  const tree = fixedTree({
    '/etc/ssh/sshd_config': text(config),
    '/etc/ssh/sshd_config.d/10-a.conf': text(dropIn),
    '/lib/systemd/system/ssh.service': text(unit),
    '/etc/default/ssh': text(environment),
  });
  return readModel(tree, RELEASES[Number(text(release))]);
}

/** What is set, without where it stands. */
const meaning = ({ starts }: SshdModel): string =>
  JSON.stringify(
    starts.map(({ settings }) =>
      settings.map(({ keyword, value, args, match }) => [keyword, value, args, match.length]),
    ),
  );

/** Comments, empty lines and indentation change nothing, and every statement stands where the model says. */
function judgeHost(parts: Parts): string {
  const model = modelOf(parts);
  demand(model.starts.length + model.problems.length > 0, 'neither a start nor a problem');
  for (const { configuration } of model.starts) {
    for (const { place, keyword } of configuration.lines) {
      const file = place.path === '/etc/ssh/sshd_config' ? parts[1] : parts[2];
      const line = text(file).split('\n')[place.line - 1] ?? '';
      demand(
        // Quotes within a keyword are none of it.
        line.toLowerCase().replaceAll('"', '').includes(keyword.replaceAll('"', '')),
        `"${keyword}" does not stand in line ${place.line}`,
      );
    }
  }
  const commented = (part: Buffer | undefined): Buffer =>
    bytes(
      text(part)
        .split('\n')
        .map((line) => `# note\n\n \t${line}`)
        .join('\n'),
    );
  const [release = bytes('0'), config, dropIn, ...rest] = parts;
  const noted = modelOf([release, commented(config), commented(dropIn), ...rest]);
  demand(meaning(noted) === meaning(model), 'comments and indentation change what is set');
  return model.problems.length > 0 ? 'refused' : 'read';
}

function judgeUnit([unit]: Parts): string {
  const entries = parseUnitFile(text(unit));
  const lines = text(unit).split('\n').length;
  let last = 0;
  for (const { line, key, value } of entries) {
    demand(line > last && line <= lines, 'entries that stand in no order');
    last = line;
    const exec = key === 'ExecStart' ? parseExecLine(value) : undefined;
    if (exec === undefined) continue;
    const words = expandWords(exec, new Map([['A', '1 2']])).map((word) => word.text);
    const again = parseExecLine(['/x', ...words.map(quoteForUnit)].join(' '));
    const quotable = words.every((word) => /^[ -~]*$/.test(word));
    const back = again && expandWords(again, new Map()).map((word) => word.text);
    demand(!quotable || JSON.stringify(back) === JSON.stringify(words), 'quoting changes a word');
  }
  return entries.length > 0 ? 'read' : 'refused';
}

const DUMP = `port 22
addressfamily any
listenaddress 0.0.0.0:22
authorizedkeyscommand /usr/share/ec2-instance-connect/eic_run_authorized_keys %u %f
authorizedkeyscommanduser ec2-instance-connect
acceptenv LANG
acceptenv LC_*
banner none
`;

function judgeDump([output]: Parts): string {
  const dump = parseDump(text(output));
  if (dump === undefined) {
    demand(text(output).length > 1 << 20, 'a short dump is refused');
    return 'refused';
  }
  const count = [...dump.values()].flat().length;
  const lines = text(output)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(' '));
  demand(count === lines.length, 'a line is lost, or comes twice');
  return 'read';
}

const VALUES = { u: 'alice %f "x"', f: 'SHA256:abc', h: '/home/a b', k: 'AAAA', t: 'ssh-ed25519' };
const REASONS = ['template-too-long', 'template-malformed', 'token-unknown', 'token-missing'];

function judgeTemplate([template]: Parts): string {
  const parsed = parseTemplate(text(template));
  const filled = parsed.ok ? fillTemplate(parsed.value, VALUES) : parsed;
  if (!filled.ok) {
    demand(REASONS.includes(filled.reason), `an undeclared reason: ${filled.reason}`);
    return 'refused';
  }
  const count = parsed.ok ? parsed.value.length : 0;
  demand(filled.value.length === count && count <= 64, 'a value becomes several words');
  demand(
    filled.value.every((word) => !/[\0\n]/.test(word)),
    'a word with a control character',
  );
  return 'read';
}

export const SSHD_TARGETS: readonly Target[] = [
  { name: 'host', readBy: 'administrator', make: makeHost, judge: judgeHost },
  {
    name: 'unit',
    readBy: 'administrator',
    make: (random) => [
      bytes(several(random, UNIT, (each) => mutateText(random, each, UNIT_WORDS))),
    ],
    judge: judgeUnit,
  },
  {
    name: 'dump',
    readBy: 'administrator',
    make: (random) => {
      const words = ['\n', ' ', 'none', 'authorizedkeyscommand ', '\r', '\0', 'match'];
      return [bytes(several(random, DUMP, (each) => mutateText(random, each, words)))];
    },
    judge: judgeDump,
  },
  {
    name: 'template',
    readBy: 'login',
    make: (random) => {
      const words = [
        '%u',
        '%%',
        '%',
        '"',
        "'",
        '\\',
        ' ',
        '\t',
        '%h',
        '%D',
        '\n',
        '\r\n',
        '\0',
        'é',
      ];
      const valid = '--user=%u "--home=%h" \'%f\' %k\\ x 100%%\n';
      return [bytes(several(random, valid, (each) => mutateText(random, each, words)))];
    },
    judge: judgeTemplate,
  },
];
