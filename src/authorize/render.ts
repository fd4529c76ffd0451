import type { AcceptedKey } from './signed-key.ts';

/** The last gate before sshd: whatever else goes wrong, nothing but this form leaves the program. */
const AUTHORIZED_KEY = /^[a-z0-9@.-]{1,64} [A-Za-z0-9+/]{16,8192}={0,2}$/;

/**
 * The text for sshd: one `type base64` a line, no comment, no options (sshd(8), AUTHORIZED_KEYS FILE
 * FORMAT). A key that was pushed twice stands once.
 * @param keys the accepted keys
 * @returns the whole output, empty where there is no key; each line ended by `\n`
 * @throws Error where a line does not have the form: a bug, not a refusal
 */
export function renderAuthorizedKeys(keys: readonly AcceptedKey[]): string {
  const lines = new Set(keys.map(({ key }) => `${key.type} ${key.base64}`));
  for (const line of lines) {
    if (!AUTHORIZED_KEY.test(line)) throw new Error('an accepted key has no form for sshd');
  }
  return [...lines].map((line) => `${line}\n`).join('');
}
