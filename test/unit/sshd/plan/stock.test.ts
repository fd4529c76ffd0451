import { describe, expect, it } from 'vitest';
import { retireDropIns, withoutStock } from '../../../../src/sshd/plan/stock.ts';
import { readModel } from '../../../../src/sshd/model/model.ts';
import { fixedTree } from '../../../../src/system/file-tree.ts';

const OWN = {
  path: '/usr/share/ec2-instance-connect/eic_run_authorized_keys',
  paths: ['/usr/share/ec2-instance-connect/eic_run_authorized_keys'],
  user: 'ec2-instance-connect',
};
const START = 'ExecStart=/usr/sbin/sshd -D $SSHD_OPTS';
const OPTIONS = `-o "AuthorizedKeysCommand=${OWN.path} %%u %%f" -o "AuthorizedKeysCommandUser=${OWN.user}"`;
const UNIT = `[Service]\n${START}\n`;
const DROP_IN = `[Service]\nExecStart=\n${START} ${OPTIONS}\n`;

/** Files that are seen by two paths where /lib is a link to usr/lib, as on every merged system. */
function host(dropIn: string, isMerged: boolean): Parameters<typeof retireDropIns>[0] {
  const folders = isMerged ? ['/usr/lib', '/lib'] : ['/lib'];
  const texts = folders.flatMap((folder) => [
    [`${folder}/systemd/system/ssh.service`, UNIT],
    [`${folder}/systemd/system/ssh.service.d/ec2-instance-connect.conf`, dropIn],
  ]);
  return fixedTree(
    Object.fromEntries(texts) as Record<string, string>,
    isMerged ? { '/lib': 'usr/lib' } : {},
  );
}

describe.each([
  ['where /lib is a link', true, '/usr/lib'],
  ['where /lib is a folder', false, '/lib'],
])("the stock package's drop-in, %s", (_, isMerged, folder) => {
  const path = `${folder}/systemd/system/ssh.service.d/ec2-instance-connect.conf`;

  it('goes where nothing but its two options is in it', () => {
    expect(retireDropIns(host(DROP_IN, isMerged), OWN)).toEqual(new Map([[path, undefined]]));
  });

  it('stays without its two options where somebody has edited it', () => {
    const edited = DROP_IN.replace('-D', '-D -p 2222');
    const left = edited.replace(` ${OPTIONS}`, '');
    expect(retireDropIns(host(edited, isMerged), OWN)).toEqual(new Map([[path, left]]));
  });

  it('is in force by none of its names when it has gone', () => {
    const tree = host(DROP_IN, isMerged);
    const { starts } = readModel(withoutStock(tree, retireDropIns(tree, OWN)), undefined);
    expect(starts.map(({ exec }) => exec?.text)).toEqual([START.replace('ExecStart=', '')]);
  });
});
