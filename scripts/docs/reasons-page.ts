/** docs/reasons.md: every refusal and fault, with what to do. Pure. */
import { ANSWERS } from '../../src/verdict/answers.ts';
import { KEY_REASONS, SIGNER_REASONS } from '../../src/verdict/reasons.ts';
import { FAULT_ADVICE, HELPER_ADVICE, KEY_ADVICE, SIGNER_ADVICE } from './what-to-do.ts';

const INTRODUCTION = `# Reasons for refusals, and what to do

<!-- Made by \`npm run docs\` from src/verdict/reasons.ts and scripts/docs/what-to-do.ts. -->

The log has a line for each offered key that is refused, with its code in \`reason\` (\`journalctl -t
ec2-instance-connect\`), and for each fault, with its code in \`code\`; where nobody has pushed the offered key, it has
none. \`ec2-instance-connect verify-install\` finds most causes by itself: run it first, as root.

- (a) Another service may answer in place of IMDS: look for redirections with \`iptables -t nat -S\` and \`nft list ruleset\`.
- (b) Run \`verify-install\` again in an hour: the service renews what it serves. If it persists, ask AWS Support.`;

/** The whole page. */
export function reasonsPage(): string {
  const rows = (
    table: Readonly<Record<string, string>>,
    advice: Readonly<Record<string, string>>,
  ) => Object.entries(table).map(([code, text]) => row(code, text, advice[code] ?? ''));
  const advised = (table: Readonly<Record<string, readonly [string, string]>>) =>
    Object.entries(table).map(([code, [text, advice]]) => row(code, text, advice));
  return [
    INTRODUCTION,
    section(
      'The signer is refused',
      'Event `signer-refused`, exit status 1: no key is accepted, because its signature cannot be traced to AWS.',
      rows(SIGNER_REASONS, SIGNER_ADVICE),
    ),
    section(
      'A key is refused',
      'Event `key-refused`, exit status 0: the other keys are judged by themselves.',
      rows(KEY_REASONS, KEY_ADVICE),
    ),
    section(
      'Faults',
      'Event `fault`, exit status 1: something outside the program failed. Other ways to log in are not affected.',
      advised(FAULT_ADVICE),
    ),
    section(
      'Helpers',
      "Event `helper`: a helper loses its lines, or some of them. This program's own keys are not affected.",
      advised(HELPER_ADVICE),
    ),
    answers(),
    '',
  ].join('\n');
}

/** The answers of the event `question`, which need no advice. */
function answers(): string {
  const rows = Object.entries(ANSWERS).map(([code, text]) => `| \`${code}\` | ${text} |`);
  const text =
    'While `ec2-instance-connect debug on` is in force, each question of sshd has an `answer`:';
  return ['', '## Answers', '', text, '', '| answer | meaning |', '|---|---|', ...rows].join('\n');
}

function section(title: string, text: string, rows: readonly string[]): string {
  return [
    '',
    `## ${title}`,
    '',
    text,
    '',
    '| code | meaning | what to do |',
    '|---|---|---|',
    ...rows,
  ].join('\n');
}

function row(code: string, meaning: string, advice: string): string {
  return `| \`${code}\` | ${meaning} | ${advice} |`;
}
