import { describe, expect, it } from 'vitest';
import { parseSshdArguments, sameConfiguration } from '../../../../src/sshd/model/arguments.ts';
import { parseDump } from '../../../../src/sshd/model/dump.ts';
import { isAtLeast, parseVersion } from '../../../../src/sshd/model/version.ts';

function parse(line: string): ReturnType<typeof parseSshdArguments> {
  return parseSshdArguments(line.split(' ').map((text) => ({ text })));
}

describe("sshd's arguments", () => {
  it.each([
    ['-D -o A=b -oC=d', ['A=b', 'C=d']],
    ['-Do A=b', ['A=b']],
    ['-p 22 -o A=b', ['A=b']],
    ['-E -o -o A=b', ['A=b']],
    ['-D -- -o A=b', []],
    ['-D file -o A=b', []],
    ['-D - -o A=b', []],
    ['-o', ['']],
    ['', []],
  ])('%s have the options %j', (line, options) => {
    expect(parse(line).options.map(({ text }) => text)).toEqual(options);
  });

  it('keep the variable that the value of an option came from', () => {
    const words = [
      { text: '-o' },
      { text: 'A=b', variable: 'ONE' },
      { text: '-oC=d', variable: 'TWO' },
      { text: '-o', variable: 'THREE' },
      { text: 'E=f' },
    ];
    expect(parseSshdArguments(words).options).toStrictEqual([
      { text: 'A=b', variable: 'ONE' },
      { text: 'C=d', variable: 'TWO' },
      { text: 'E=f' },
    ]);
  });

  it('name the configuration and the host keys', () => {
    expect(parse('-f /a -h /k1 -h/k2')).toMatchObject({
      configFile: '/a',
      hostKeys: ['/k1', '/k2'],
    });
    expect(parse('-D').configFile).toBe('/etc/ssh/sshd_config');
  });

  it('make another sshd read the same', () => {
    expect(sameConfiguration(parse('-D -e -f /a -o A=b -h /k'))).toEqual(
      '-f /a -h /k -o A=b'.split(' '),
    );
    expect(sameConfiguration(parse('-D'))).toEqual([]);
  });
});

describe('the output of sshd', () => {
  it.each([
    ['OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.20', 9, 2],
    ['unknown option -- V\r\nOpenSSH_7.4p1, OpenSSL 1.0.2k-fips\nusage: sshd', 7, 4],
    ['OpenSSH_10.0p2 Debian-7, OpenSSL 3.5.7', 10, 0],
    ['OpenSSH_9.12, LibreSSL', 9, 12],
  ])('%j names the release', (output, major, minor) => {
    expect(parseVersion(output)).toEqual({ major, minor });
  });

  it('without a release names none', () => {
    expect(parseVersion('usage: sshd')).toBeUndefined();
  });

  it('orders releases by number', () => {
    expect(isAtLeast({ major: 10, minor: 0 }, 8, 7)).toBe(true);
    expect(isAtLeast({ major: 8, minor: 4 }, 8, 7)).toBe(false);
    expect(isAtLeast({ major: 8, minor: 7 }, 8, 7)).toBe(true);
    expect(isAtLeast(undefined, 99, 0)).toBe(true);
  });

  it('of sshd -T gives each keyword its values in their order', () => {
    const dump = parseDump('Port 22\nhostkey /a\nhostkey /b \nbanner none\nempty\n');
    expect(dump?.get('port')).toEqual(['22']);
    expect(dump?.get('hostkey')).toEqual(['/a', '/b']);
    expect(dump?.get('empty')).toEqual(['']);
    expect(dump?.has('')).toBe(false);
  });

  it('of sshd -T beyond any length is refused', () => {
    expect(parseDump('x'.repeat(1 << 20))?.size).toBe(1);
    expect(parseDump('x'.repeat((1 << 20) + 1))).toBeUndefined();
  });
});
