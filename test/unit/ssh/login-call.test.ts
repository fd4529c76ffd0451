import { describe, expect, it } from 'vitest';
import { parseLoginCall } from '../../../src/ssh/login-call.ts';

const SHA256 = `SHA256:${'A'.repeat(43)}`;
const MD5 = `MD5${':0a'.repeat(16)}`;

describe('parseLoginCall', () => {
  it.each([
    [['alice'], { user: 'alice', further: {} }],
    [['k=AAAA'], { user: 'k=AAAA', further: {} }],
    [[''], { user: '', further: {} }],
    [['alice', 'k=AA=='], { user: 'alice', further: { k: 'AA==' } }],
  ])('reads %j', (args, value) => {
    expect(parseLoginCall(args)).toStrictEqual({ ok: true, value });
  });

  it.each([SHA256, MD5])('reads the fingerprint %s and every token behind it', (text) => {
    const further = { k: 'AAAA', t: 'ssh-rsa', h: '/home/a b', U: '0', C: '1 2 3 4', D: '' };
    const args = Object.entries(further).map(([token, value]) => `${token}=${value}`);
    const call = parseLoginCall(['alice', text, ...args]);
    expect(call).toMatchObject({ ok: true, value: { fingerprint: { text }, further } });
  });

  it.each([
    [[]],
    [['alice', 'x']],
    [['alice', '']],
    [['alice', `${SHA256}\r`]],
    [['alice', SHA256, '#', 'note']],
    [['alice', SHA256, SHA256]],
    [['alice', SHA256, 'x=1']],
    [['alice', SHA256, 'u=bob']],
    [['alice', `f=${SHA256}`]],
    [['alice', SHA256, 'k=1', 'k=2']],
    [['alice', SHA256, 'key=1']],
    [['alice', SHA256, '%k=1']],
  ])('refuses %j', (args) => {
    expect(parseLoginCall(args)).toMatchObject({ ok: false, reason: 'usage' });
  });
});
