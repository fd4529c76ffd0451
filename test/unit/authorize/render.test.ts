import { describe, expect, it } from 'vitest';
import { renderAuthorizedKeys } from '../../../src/authorize/render.ts';
import type { AcceptedKey } from '../../../src/authorize/signed-key.ts';
import { parsePublicKey } from '../../../src/ssh/public-key.ts';
import { GOOD_BLOBS, keyLine, testBlob } from '../../support/ssh-keys.ts';

function accepted(line: string): AcceptedKey {
  const key = parsePublicKey(line);
  if (!key.ok) throw new Error(key.reason);
  return { key: key.value, keyType: key.value.type, fingerprint: '', expiry: 0 };
}

/** What no parser lets through, in case one day it does. */
function forged(type: string, base64: string): AcceptedKey {
  const { key, ...rest } = accepted(keyLine(testBlob('ed25519')));
  return { ...rest, key: { ...key, type: type as typeof key.type, base64 } };
}

const BASE64 = testBlob('ed25519').toString('base64');

describe('renderAuthorizedKeys', () => {
  it('writes nothing where there is no key', () => {
    expect(renderAuthorizedKeys([])).toBe('');
  });

  it('writes type and base64 of every accepted type, a line each, in their order', () => {
    const lines = Object.values(GOOD_BLOBS).map((blob) => keyLine(blob));
    expect(renderAuthorizedKeys(lines.map(accepted))).toBe(`${lines.join('\n')}\n`);
  });

  it('leaves the comment out', () => {
    const line = keyLine(testBlob('p256'));
    expect(renderAuthorizedKeys([accepted(`${line} alice@example.com`)])).toBe(`${line}\n`);
  });

  it('writes a key that was pushed twice once', () => {
    const [one, two] = [keyLine(testBlob('p256')), keyLine(testBlob('ed25519'))];
    const keys = [one, two, `${one} again`].map(accepted);
    expect(renderAuthorizedKeys(keys)).toBe(`${one}\n${two}\n`);
  });

  it.each([
    ['a line break in the base64', 'ssh-ed25519', `${BASE64}\nssh-rsa AAAA`],
    ['a space in the base64', 'ssh-ed25519', `${BASE64} x`],
    ['options in the type', 'command="id" ssh-ed25519', BASE64],
    ['a line break in the type', 'ssh-ed25519\nssh-rsa', BASE64],
    ['an empty type', '', BASE64],
    ['an empty key', 'ssh-ed25519', ''],
    ['a key that ends in a line break', 'ssh-ed25519', `${BASE64}\n`],
    ['a key longer than any', 'ssh-rsa', 'A'.repeat(8193)],
  ])('throws rather than print %s, and prints nothing of the rest', (_, type, base64) => {
    const keys = [accepted(keyLine(testBlob('p256'))), forged(type, base64)];
    expect(() => renderAuthorizedKeys(keys)).toThrow(Error);
  });
});
