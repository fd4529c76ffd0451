import type { Setting } from '../../sshd/model/model.ts';
import { fail, pass, type Check, type CheckResult, type Remedy } from '../check.ts';
import { describePlace, setting } from '../facts/sshd.ts';
import type { Inspection } from '../inspection.ts';
import { decideLine, lookAt } from '../remedies.ts';
import { loginUserName } from '../facts/people.ts';

/** What keys of the service are signed with: one of these must be accepted. */
const SIGNATURES = ['ssh-ed25519', 'rsa-sha2-256', 'rsa-sha2-512', 'ssh-rsa'];

/** A key alone opens a session for the user in question. */
export const pubkeyAuthentication: Check = {
  id: 'pubkey-authentication',
  group: 'sshd',
  title: 'public key login',
  dependsOn: ['sshd-config'],
  needs: ['sshd-files'],
  async run(on) {
    const enabled = await setting(on, 'pubkeyauthentication');
    if (/^(no|false)$/i.test(enabled.value ?? '')) {
      const found = `PubkeyAuthentication is off (${describePlace(enabled.setting)})`;
      return fail(found, await takeOut(on, 'PubkeyAuthentication', enabled.setting, 'yes'));
    }
    const methods = await setting(on, 'authenticationmethods');
    const words = methods.setting?.args ?? methods.value?.split(' ') ?? ['any'];
    if (!words.includes('any') && !words.includes('publickey')) {
      const found = `AuthenticationMethods is ${words.join(' ')} (${describePlace(methods.setting)})`;
      const remedy = await takeOut(on, 'AuthenticationMethods', methods.setting, 'publickey');
      const withMore = words.some((list) => list.split(',').includes('publickey'));
      return fail(withMore ? `${found}: a pushed key alone does not log in` : found, remedy);
    }
    const revoked = await unreadableRevocations(on);
    if (revoked !== undefined) return revoked;
    // The keyword had another name before OpenSSH 8.5.
    const newer = await setting(on, 'pubkeyacceptedalgorithms');
    const accepted =
      newer.value === undefined ? await setting(on, 'pubkeyacceptedkeytypes') : newer;
    const names = accepted.value?.replace(/^[+^]/, '').split(',') ?? SIGNATURES;
    if (/^[-+^]/.test(accepted.value ?? '') || SIGNATURES.some((name) => names.includes(name))) {
      return pass('PubkeyAuthentication is on');
    }
    const found = `neither ed25519 nor RSA is accepted (${describePlace(accepted.setting)})`;
    return fail(found, await takeOut(on, 'PubkeyAccepted', accepted.setting));
  },
};

/** sshd refuses every key while it cannot read the list of those that are revoked (sshd_config(5)). */
async function unreadableRevocations(on: Inspection): Promise<CheckResult | undefined> {
  const { value: path = 'none', setting: blamed } = await setting(on, 'revokedkeys');
  // Only root sees every folder.
  if (!on.isRoot || !path.startsWith('/')) return undefined;
  const real = on.edges.realPath(path);
  const type = real === undefined ? undefined : on.edges.stat(real)?.type;
  if (type !== undefined && type !== 'directory') return undefined;
  const what = type === undefined ? 'does not exist' : 'is a folder';
  const found = `RevokedKeys: ${path} ${what}, so sshd refuses every key`;
  return fail(
    `${found} (${describePlace(blamed)})`,
    await takeOut(on, 'RevokedKeys', blamed, undefined, 'revoked keys are accepted again, too'),
  );
}

/** Somebody's line; where no single one can be blamed, a search for the keyword. */
async function takeOut(
  on: Inspection,
  keyword: string,
  blamed: Setting | undefined,
  forUser?: string,
  changes = 'sshd falls back to its default, or to a later line, for all whom it concerns',
): Promise<Remedy> {
  if (blamed === undefined) {
    return lookAt(
      `grep -rin ${keyword} /etc/ssh /etc/crypto-policies`,
      'find the line that sets it',
    );
  }
  const user = await on.fact(loginUserName);
  const alone =
    user === undefined || forUser === undefined
      ? {}
      : {
          alone: {
            user,
            settings: [`${keyword} ${forUser}`],
            changes: `applies to ${user} only`,
          },
        };
  return decideLine(on, blamed, { changes, ...alone });
}
