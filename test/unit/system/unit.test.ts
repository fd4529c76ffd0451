import { describe, expect, it } from 'vitest';
import { readEnvironmentFile, unitEnvironment } from '../../../src/sshd/model/environment.ts';
import { fixedTree } from '../../../src/system/file-tree.ts';
import { acceptsConnections, loadUnit, UNIT_PATH } from '../../../src/system/unit.ts';
import { parseUnitFile } from '../../../src/system/unit-file.ts';

const UNIT = '[Service]\nExecStart=/usr/sbin/sshd -D\n';
const FRAGMENT = '/usr/lib/systemd/system/ssh.service';

describe('parseUnitFile', () => {
  it('joins continued lines, skips comments between them, and keeps the first line number', () => {
    const text = '[Service]\n# a\nExecStart = /a \\\n# b\n; c\n  -D \\\n -e\nType=notify\n';
    expect(parseUnitFile(text)).toEqual([
      { section: 'Service', key: 'ExecStart', value: '/a  -D  -e', line: 3 },
      { section: 'Service', key: 'Type', value: 'notify', line: 8 },
    ]);
  });

  it('ends a file that ends in a continuation', () => {
    expect(parseUnitFile('[S]\nA=b \\')).toMatchObject([{ key: 'A', value: 'b' }]);
  });
});

/** Where systemd looks for system units, as systemd.unit(5) has it; the first folder wins. */
const LOAD_PATH = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/transient',
  '/run/systemd/generator.early',
  '/etc/systemd/system',
  '/etc/systemd/system.attached',
  '/run/systemd/system',
  '/run/systemd/system.attached',
  '/run/systemd/generator',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
  '/run/systemd/generator.late',
];

describe('the load path of units', () => {
  it('has every folder, and no other', () => {
    expect(UNIT_PATH).toEqual(LOAD_PATH);
  });

  it.each(LOAD_PATH)('is looked through for units, drop-ins and aliases: %s', (folder) => {
    const tree = fixedTree(
      {
        [`${folder}/ssh.service`]: UNIT,
        [`${folder}/ssh.service.d/a.conf`]: '[Service]\n',
      },
      { [`${folder}/sshd.service`]: `${folder}/ssh.service` },
    );
    expect(loadUnit(tree, 'ssh.service')).toMatchObject({
      fragment: `${folder}/ssh.service`,
      dropIns: [`${folder}/ssh.service.d/a.conf`],
      aliases: ['sshd.service'],
    });
  });
});

describe('acceptsConnections', () => {
  const SOCKET = '/usr/lib/systemd/system/ssh.socket';
  const accept = (value: string): string => `[Socket]\nListenStream=22\nAccept=${value}\n`;

  it.each([
    ['as the unit says', { [SOCKET]: accept('yes') }, true],
    ['by default', { [SOCKET]: '[Socket]\nListenStream=22\n' }, false],
    ['for a word of parse_boolean()', { [SOCKET]: accept('T') }, true],
    [
      'in a folder of the administrator',
      { '/usr/local/lib/systemd/system/ssh.socket': accept('1') },
      true,
    ],
    [
      'as a drop-in says',
      { [SOCKET]: accept('no'), '/etc/systemd/system/ssh.socket.d/a.conf': accept('on') },
      true,
    ],
    [
      'as the last drop-in says',
      { [SOCKET]: accept('yes'), '/run/systemd/system/ssh.socket.d/a.conf': accept('no') },
      false,
    ],
    ['in another section', { [SOCKET]: '[Unit]\nAccept=yes\n' }, false],
    ['nowhere', {}, false],
  ])('tells whether a socket starts a service for each connection: %s', (_, texts, answer) => {
    expect(acceptsConnections(fixedTree(texts), 'ssh.socket')).toBe(answer);
  });
});

describe('loadUnit', () => {
  it('takes the fragment of the folder that comes first', () => {
    const tree = fixedTree({
      [FRAGMENT]: UNIT,
      '/run/systemd/system/ssh.service': UNIT,
      '/etc/systemd/system/ssh.service': UNIT,
    });
    expect(loadUnit(tree, 'ssh.service')?.fragment).toBe('/etc/systemd/system/ssh.service');
  });

  it('applies drop-ins in the order of their names, whatever their folder', () => {
    const tree = fixedTree({
      [FRAGMENT]: UNIT,
      '/etc/systemd/system/ssh.service.d/50-b.conf': '',
      '/usr/lib/systemd/system/ssh.service.d/60-c.conf': '[Service]\n',
      '/run/systemd/system/ssh.service.d/10-a.conf': '[Service]\n',
      '/etc/systemd/system/ssh.service.d/40-x.txt': '[Service]\n',
    });
    expect(loadUnit(tree, 'ssh.service')?.dropIns).toEqual([
      '/run/systemd/system/ssh.service.d/10-a.conf',
      '/usr/lib/systemd/system/ssh.service.d/60-c.conf',
    ]);
  });

  it('lets a drop-in of /etc hide the one of the same name in /usr/lib', () => {
    const tree = fixedTree({
      [FRAGMENT]: UNIT,
      '/etc/systemd/system/ssh.service.d/a.conf': '[Service]\nType=simple\n',
      '/usr/lib/systemd/system/ssh.service.d/a.conf': '[Service]\nType=notify\n',
    });
    const entries = loadUnit(tree, 'ssh.service')?.entries.filter(({ key }) => key === 'Type');
    expect(entries?.map(({ value }) => value)).toEqual(['simple']);
  });

  it('has drop-ins of its aliases, of its type and of a prefix with a dash', () => {
    const tree = fixedTree(
      {
        '/usr/lib/systemd/system/my-ssh.service': UNIT,
        '/etc/systemd/system/sshd.service.d/1.conf': '[Service]\n',
        '/etc/systemd/system/my-.service.d/2.conf': '[Service]\n',
        '/etc/systemd/system/service.d/3.conf': '[Service]\n',
      },
      { '/etc/systemd/system/sshd.service': '../../../usr/lib/systemd/system/my-ssh.service' },
    );
    const unit = loadUnit(tree, 'my-ssh.service');
    expect(unit?.aliases).toEqual(['sshd.service']);
    expect(unit?.dropIns.map((path) => path.at(-6))).toEqual(['1', '2', '3']);
  });

  it.each([
    ['a link to /dev/null', {}, { '/etc/systemd/system/ssh.service': '/dev/null' }],
    ['an empty file', { '/etc/systemd/system/ssh.service': '' }, {}],
  ])('takes a unit that is masked by %s for none', (_, texts, links) => {
    const tree = fixedTree({ [FRAGMENT]: UNIT, ...texts }, links);
    expect(loadUnit(tree, 'ssh.service')).toBeUndefined();
  });

  it('takes an alias for no unit of its own', () => {
    const tree = fixedTree({ [FRAGMENT]: UNIT }, { '/etc/systemd/system/sshd.service': FRAGMENT });
    expect(loadUnit(tree, 'sshd.service')).toBeUndefined();
    expect(loadUnit(tree, 'ssh.service')).toBeDefined();
  });
});

describe('the environment of a unit', () => {
  it('reads a file as systemd does', () => {
    const text = [
      '# comment',
      ' A = plain value  ',
      'B="double \\"q\\" $x"  ',
      "C='single \\ q'",
      'D=a\\ b',
      'E=one \\',
      'two',
      'no assignment',
      'F=',
      'export G=x',
    ].join('\n');
    const found = readEnvironmentFile(fixedTree({ '/f': text }), '/f');
    const values = Object.fromEntries([...found].map(([name, { value }]) => [name, value]));
    expect(values).toEqual({
      A: 'plain value',
      B: 'double "q" $x',
      C: 'single \\ q',
      D: 'a b',
      E: 'one two',
      F: '',
    });
    expect(found.get('B')?.place).toEqual({ path: '/f', line: 3 });
  });

  it('lets files win over Environment, later ones over earlier, and an empty value reset', () => {
    const tree = fixedTree({
      [FRAGMENT]:
        '[Service]\nEnvironment=A=1 "B=2 3"\nEnvironmentFile=/gone\nEnvironmentFile=\nEnvironmentFile=-/f\nEnvironmentFile=-/none\n',
      '/f': 'A=file\n',
      '/gone': 'C=x\n',
    });
    const variables = unitEnvironment(tree, loadUnit(tree, 'ssh.service')?.entries ?? []);
    expect([...variables].map(([name, { value }]) => [name, value])).toEqual([
      ['A', 'file'],
      ['B', '2 3'],
    ]);
  });
});
