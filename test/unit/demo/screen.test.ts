import { beforeEach, describe, expect, it } from 'vitest';
import { Screen, wrap, type Terminal } from '../../../scripts/demo/screen.ts';

let output: string;
beforeEach(() => {
  output = '';
});

function screenOn(terminal: Partial<Terminal> = {}): Screen {
  const plain = { colour: false, live: false, unicode: false, width: 40 };
  return new Screen({ ...plain, write: (text) => (output += text), ...terminal });
}

describe('Screen', () => {
  it('is not content when one check of one step fails, and says what it found', () => {
    const screen = screenOn();
    screen.step('one');
    screen.check(false, 'is so', 'it is not');
    screen.check(true, 'is so too');
    screen.step('two');
    screen.check(true, 'is so');
    screen.summary();
    expect(screen.ok).toBe(false);
    expect(output).toContain('NO is so\n   found: it is not\n');
    expect(output).toMatch(/NO {2}1 one\n {3}ok {2}2 two\n\n1 of 2 steps not as stated\n$/);
  });

  it('counts steps and checks when all of them hold', () => {
    const screen = screenOn();
    screen.step('one');
    screen.check(true, 'is so');
    screen.check(true, 'is so too');
    screen.summary();
    expect(screen.ok).toBe(true);
    expect(output).toMatch(/all 1 steps as stated, 2 checks\n$/);
  });

  it('writes no escape and no bar where there is no terminal', () => {
    const screen = screenOn();
    screen.step('one');
    screen.check(true, 'is so');
    screen.progress(0.5, 'half');
    screen.endProgress();
    screen.summary();
    expect(output).not.toMatch(/[\u001b\r]|half/);
  });

  it('draws its bar without colour where colour is not wanted', () => {
    screenOn({ live: true }).progress(0.5, 'half');
    expect(output).toBe(`\r\u001b[K   ${'#'.repeat(15)}${'.'.repeat(15)} half`);
  });

  it('breaks a long command so that it can be pasted', () => {
    screenOn().command('ssh', '-i', '/run/rig/keys/ed25519-1', 'alice@instance');
    expect(output).toBe('   $ ssh -i /run/rig/keys/ed25519-1 \\\n       alice@instance\n');
  });
});

describe('wrap', () => {
  it('breaks at spaces and leaves a long word whole', () => {
    expect(wrap('one two three-and-a-half four', 8)).toEqual([
      'one two',
      'three-and-a-half',
      'four',
    ]);
  });
});
