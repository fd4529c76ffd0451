import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPushableUserName } from '../../src/ssh/user-name.ts';

/** SendSSHPublicKey's InstanceOSUser, one letter or more, by character. */
const name = fc
  .tuple(
    fc.stringMatching(/^[A-Za-z0-9_]$/),
    fc.stringMatching(/^[A-Za-z0-9@._-]{0,30}$/),
    fc.constantFrom('', '$'),
  )
  .map((parts) => parts.join(''));

describe('isPushableUserName', () => {
  it('takes every name that the API takes', () => {
    fc.assert(
      fc.property(name, (user) => {
        expect(isPushableUserName(user)).toBe(true);
      }),
    );
  });

  it('takes no name that is not one segment of the path of IMDS', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), name, fc.string({ unit: 'binary' })), (user) => {
        if (!isPushableUserName(user)) return;
        const url = new URL(`http://imds/active-keys/${encodeURIComponent(user)}/`);
        expect(url.pathname.split('/')).toHaveLength(4);
        expect(decodeURIComponent(url.pathname.split('/')[2] ?? '')).toBe(user);
      }),
    );
  });

  it('takes no name with a character that the API does not know', () => {
    fc.assert(
      fc.property(
        name,
        fc.nat(),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        (user, position, odd) => {
          fc.pre(!/[A-Za-z0-9@._$-]/.test(odd));
          const at = position % (user.length + 1);
          expect(isPushableUserName(`${user.slice(0, at)}${odd}${user.slice(at)}`)).toBe(false);
        },
      ),
    );
  });
});
