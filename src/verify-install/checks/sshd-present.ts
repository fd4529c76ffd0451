import { fail, pass, type Check } from '../check.ts';
import { version } from '../facts/sshd.ts';
import { fix, install } from '../remedies.ts';

/** sshd is installed, and knows AuthorizedKeysCommand's `%f` (OpenSSH 6.9). */
export const sshdPresent: Check = {
  id: 'sshd-present',
  group: 'sshd',
  title: 'OpenSSH server',
  dependsOn: [],
  run(on) {
    const found = on.fact(version);
    const remedy = fix(install(on, 'openssh-server'));
    if (found === undefined) return fail('no sshd found that reports its version', remedy);
    const { major, minor } = found;
    const name = `OpenSSH ${major}.${minor}`;
    const data = { version: `${major}.${minor}` };
    if (major < 6 || (major === 6 && minor < 9)) {
      return fail(`${name}, expected 6.9 or later`, remedy, data);
    }
    return pass(name, data);
  },
};
