import { effectiveCommand } from '../../sshd/model/effective.ts';
import { splitWords } from '../../ssh/words.ts';
import { fail, pass, type Check, type Remedy } from '../check.ts';
import { configTest, own, sshd } from '../facts/sshd.ts';
import type { Inspection } from '../inspection.ts';
import { counted } from '../phrases.ts';
import {
  commentOut,
  decide,
  decideLine,
  editLine,
  fix,
  lookAt,
  shellCommand,
} from '../remedies.ts';

/** sshd accepts its own configuration: `sshd -t`. */
export const sshdConfig: Check = {
  id: 'sshd-config',
  group: 'sshd',
  title: 'configuration is valid',
  dependsOn: ['sshd-present'],
  needs: ['root'],
  async run(on) {
    const facts = await on.fact(sshd);
    const test = await on.fact(configTest);
    if (facts === undefined || test === undefined) {
      return fail('nothing on this host starts sshd', lookAt('systemctl cat ssh sshd'));
    }
    if (test.ok) {
      const problem = facts.start.configuration.problems[0];
      const files = facts.start.configuration.files.length;
      if (problem === undefined)
        return pass(`sshd -t accepts ${counted(files, 'file')}`, { files });
      return pass(`sshd -t accepts it; this program does not understand: ${problem.detail}`);
    }
    const words = test.words.split('\n').find((line) => /line \d+/.test(line)) ?? test.words;
    return fail(words, await remedyFor(on, facts.program, test.words));
  },
};

async function remedyFor(on: Inspection, program: string, words: string): Promise<Remedy> {
  if (/no hostkeys available|could not load host key/i.test(words)) {
    return fix('ssh-keygen -A');
  }
  if (words.includes('AuthorizedKeysCommand set without AuthorizedKeysCommandUser')) {
    return withoutUser(on, program);
  }
  const at = /^(?:.*: )?(\/\S+?):? line (\d+)\b/m.exec(words);
  if (at?.[1] === undefined) return lookAt(`${program} -t`, 'fix the reported error');
  const place = { path: at[1], line: Number(at[2]) };
  const shown = shellCommand('sed', '-n', `${place.line}p`, place.path);
  return decide(shown, 'everybody whom this line lets in or keeps out', {
    command: await commentOut(on, place),
    changes: 'sshd starts again without the line; if it is misspelt, correct it instead',
  });
}

/** sshd does not start with a command that has no user, and names no line. */
async function withoutUser(on: Inspection, program: string): Promise<Remedy> {
  const facts = await on.fact(sshd);
  const effective = facts && effectiveCommand(facts.start, on.fact(own));
  const setting = effective?.setting;
  if (setting === undefined || setting.unit !== undefined) {
    return lookAt(`${program} -t`, 'fix the reported error');
  }
  const isThere = on.edges.realPath(splitWords(effective?.command ?? '')?.[0] ?? '') !== undefined;
  const append = 'a AuthorizedKeysCommandUser nobody';
  const given = {
    command: isThere ? await editLine(on, setting.place, append) : '',
    changes: 'sshd starts again, and runs the command as nobody',
  };
  return decideLine(on, setting, {
    ...(isThere ? { before: [given] } : {}),
    changes: 'sshd starts again, without this command',
  });
}
