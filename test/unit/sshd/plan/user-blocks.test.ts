import { describe, expect, it } from 'vitest';
import { DEB_COMMAND_PATH, ownCommand } from '../../../../src/sshd/model/effective.ts';
import { publicFile, type Image } from '../../../../src/sshd/plan/image.ts';
import { retireUserBlocks } from '../../../../src/sshd/plan/user-blocks.ts';
import { fixedTree } from '../../../../src/system/file-tree.ts';

const OWN = ownCommand(DEB_COMMAND_PATH);
const FOLDER = '/etc/ssh/sshd_config.d';
const BLOCK = `Match User alice\nAuthorizedKeysCommand ${DEB_COMMAND_PATH} %u %f\nAuthorizedKeysCommandUser ec2-instance-connect\nMatch all\n`;

describe('the file that gives one login user our command', () => {
  const retired = (name: string, image: Image | null): unknown =>
    retireUserBlocks(fixedTree({ [`${FOLDER}/${name}`]: '' }), OWN, () => image);

  it('is taken away as it was printed', () => {
    const name = '00-ec2-instance-connect-alice.conf';
    const before = publicFile(BLOCK);
    expect(retired(name, before)).toEqual([{ path: `${FOLDER}/${name}`, before, after: null }]);
  });

  it.each([
    ['another name', '10-alice.conf', BLOCK],
    ['another user of the command', undefined, BLOCK.replace('User ec2-', 'User x-')],
    ['another command', undefined, BLOCK.replace(DEB_COMMAND_PATH, '/x')],
    ['one line more', undefined, `${BLOCK}Port 22\n`],
    ['nothing in it', undefined, ''],
  ])('stays with %s', (_, name, text) => {
    expect(retired(name ?? '00-ec2-instance-connect-alice.conf', publicFile(text))).toEqual([]);
  });

  it.each([null, { type: 'link', target: '/x' }] as const)('is none where %j stands', (image) => {
    expect(retired('00-ec2-instance-connect-alice.conf', image)).toEqual([]);
  });
});
