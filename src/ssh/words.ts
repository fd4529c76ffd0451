/**
 * Splits a command line as OpenSSH's argv_split (misc.c) does: spaces and tabs separate, both kinds
 * of quotes hold together, a backslash counts before a quote, a backslash or (outside of quotes) a
 * space.
 *
 * @param options.comments whether `#` at the beginning of a word ends the line, as in sshd_config
 * @returns the words, or undefined where a quote is not closed
 */
export function splitWords(
  line: string,
  options: { readonly comments?: boolean } = {},
): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    const next = line.charAt(i + 1);
    if (char === '\\' && next !== '' && (`'"\\`.includes(next) || (quote === '' && next === ' '))) {
      word = (word ?? '') + next;
      i++;
    } else if (quote === '' && (char === ' ' || char === '\t')) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === '#' && word === undefined && options.comments === true) {
      break;
    } else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
      word ??= '';
    } else if (char === quote) {
      quote = '';
    } else {
      word = (word ?? '') + char;
    }
  }
  if (quote !== '') return undefined;
  return word === undefined ? words : [...words, word];
}
