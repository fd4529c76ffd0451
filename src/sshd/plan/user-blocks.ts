import type { FileTree } from '../../system/file-tree.ts';
import { commandFacts, type OwnCommand } from '../model/effective.ts';
import type { Change, Image } from './image.ts';

const FOLDER = '/etc/ssh/sshd_config.d';

/** The names of the files that verify-install offers for one login user. */
const NAME = /^00-ec2-instance-connect-[A-Za-z0-9_-]+\.conf$/;

/** What it prints for a user who is to have pushed keys: nothing else is ours to remove. */
const BLOCK =
  /^Match User \S+\nAuthorizedKeysCommand ([^\n]+)\nAuthorizedKeysCommandUser (\S+)\nMatch all\n$/;

/**
 * What takes away the files that give one login user our command, as verify-install prints them for
 * pasting. A file that holds another setting, or was edited, stays.
 *
 * @param image what stands at a path now
 */
export function retireUserBlocks(
  tree: FileTree,
  own: OwnCommand,
  image: (path: string) => Image | null,
): readonly Change[] {
  const paths = tree.names(FOLDER).filter((name) => NAME.test(name));
  return paths.flatMap((name): readonly Change[] => {
    const path = `${FOLDER}/${name}`;
    const before = image(path);
    const text = before?.type === 'file' ? before.text : '';
    const [, command = '', user = ''] = BLOCK.exec(text) ?? [];
    const isOurs = user === own.user && commandFacts(command, own, undefined).ours;
    return isOurs ? [{ path, before, after: null }] : [];
  });
}
