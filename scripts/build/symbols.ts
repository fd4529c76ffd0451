/** From positions in the minified bundle to those in the sources. Pure, but for Node's reader of maps. */
import { SourceMap, type SourceMapPayload } from 'node:module';

/** A position in the bundle, whatever the build called it and wherever it lay. */
const POSITION = /(?:[^\s()]*\/)?(?:main|bundle)\.cjs:(\d+):(\d+)/g;

/**
 * Rewrites every position of the bundle in a text, such as the `stack` of a `bug` event, as
 * `src/file.ts:line:column`; everything else stays as it is.
 * @param text any text
 * @param map the source map of the release that the text comes from, as JSON
 */
export function symbolize(text: string, map: string): string {
  const sourceMap = new SourceMap(JSON.parse(map) as SourceMapPayload);
  return text.replace(POSITION, (position, line: string, column: string) => {
    // Lines and columns are counted from 1 in stacks, from 0 in maps.
    const entry = sourceMap.findEntry(Number(line) - 1, Number(column) - 1);
    if (!('originalSource' in entry)) return position;
    const source = entry.originalSource.replace(/^(?:\.\.?\/)+/, '');
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}
