import { describe, expect, it } from 'vitest';
import { commandOf, HELP, readRequest } from '../../../../scripts/load/command-line.ts';
import { UsageError } from '../../../../scripts/options.ts';

describe('the command line of the load', () => {
  it('asks for what the help says when it has no option', () => {
    expect(readRequest({}, 7)).toEqual({
      task: 'load',
      seed: 7,
      logins: 2000,
      levels: [1, 8, 32],
      bots: 64,
      write: false,
    });
  });

  it('gives a command that asks for the same again', () => {
    const request = readRequest({ logins: '60', at: '4,2', bots: '0', seed: '3' }, 7);
    if (request.task !== 'load') throw new Error('expected a load');
    expect(request).toMatchObject({ logins: 60, levels: [4, 2], bots: 0, seed: 3 });
    expect(commandOf(request)).toBe('npm run load -- --logins 60 --at 4,2 --bots 0 --seed 3');
  });

  it('asks for a soak of so many seconds', () => {
    expect(readRequest({ soak: '3600' }, 7)).toEqual({ task: 'soak', seed: 7, seconds: 3600 });
  });

  it.each([
    { logins: '2' },
    { logins: 'many' },
    { logins: '100001' },
    { at: '' },
    { at: '1,,8' },
    { at: '0' },
    { at: '201' },
    { at: '8,8' },
    { bots: '-1' },
    { bots: '201' },
    { seed: '4294967296' },
    { seed: '1.5' },
    { soak: '0' },
    { soak: '86401' },
    { soak: '60', logins: '60' },
    { soak: '60', at: '1' },
    { soak: '60', bots: '1' },
    { soak: '60', write: true },
  ])('refuses %j and names the option', (values) => {
    const [option = ''] = Object.keys(values).toReversed();
    expect(() => readRequest(values, 7)).toThrow(UsageError);
    expect(() => readRequest(values, 7)).toThrow(`--${option}`);
  });

  it('has a help that fits on a narrow terminal', () => {
    const widths = HELP.split('\n').map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(80);
    for (const option of ['--logins', '--at', '--bots', '--seed', '--soak', '--write']) {
      expect(HELP).toContain(`  ${option}`);
    }
  });
});
