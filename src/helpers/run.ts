import { readdirSync } from 'node:fs';
import type { TokenValues } from '../ssh/command-tokens.ts';
import { readPathFacts, readSmallText } from '../system/files.ts';
import type { HelperEdges, HelperEvent, HelperRequest, HelpersResult } from './result.ts';
import {
  defaultArguments,
  fillTemplate,
  LOOKED_UP,
  MAX_TEMPLATE,
  neededTokens,
  parseTemplate,
} from './arguments.ts';
import { ARGUMENTS_SUFFIX, HELPERS_DIRECTORY, helperNames, MAX_HELPERS } from './names.ts';
import { helperLines } from './output.ts';
import { isExecutable, unsafeReason } from '../system/path-safety.ts';
import { accountTokens, runHelperProgram } from './process.ts';
import { accept, refuse, type Verdict } from '../verdict/refusal.ts';

/** The real host. */
export function hostEdges(): HelperEdges {
  return {
    directory: HELPERS_DIRECTORY,
    list: readdirSync,
    way: readPathFacts,
    text: readSmallText,
  };
}

/** A helper that may run, with its arguments. */
export interface Helper {
  /** What was judged and is run: the real path, without symbolic links. */
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * Runs every helper among `names`; see runHelpers.
 *
 * @param names every name in the helpers' folder
 */
export async function runHelpers(
  edges: HelperEdges,
  names: readonly string[],
  request: HelperRequest,
  deadlineMs: number,
): Promise<HelpersResult> {
  const helpers = helperNames(names);
  if (helpers.length === 0) return { lines: [], events: [] };
  const unsafe = wayProblem(edges, edges.directory);
  if (unsafe !== undefined) {
    const detail = `${unsafe}, no helper is run`;
    return {
      lines: [],
      events: [{ code: 'directory-unsafe', helper: edges.directory, detail }],
    };
  }
  const end = performance.now() + deadlineMs;
  const paths = helpers.slice(0, MAX_HELPERS).map((name) => `${edges.directory}/${name}`);
  const running = paths.map((path) => runHelper(edges, path, names, request, end));
  const results = await Promise.all(running);
  const left = helpers.slice(MAX_HELPERS).map((name): HelperEvent => ({
    code: 'too-many-helpers',
    helper: `${edges.directory}/${name}`,
    detail: `expected at most ${MAX_HELPERS} helpers, got ${helpers.length}`,
  }));
  return {
    lines: results.flatMap((result) => result.lines),
    events: [...results.flatMap((result) => result.events), ...left],
    sources: results.flatMap(({ lines: { length: lines } }, index) =>
      lines === 0 ? [] : [{ helper: paths[index] ?? '', lines }],
    ),
  };
}

/**
 * Checks a helper and prepares its arguments, without running it.
 *
 * @param path the helper's absolute path
 * @param hasTemplate whether a `NAME.args` file stands beside it
 */
export async function prepareHelper(
  edges: HelperEdges,
  path: string,
  hasTemplate: boolean,
  request: HelperRequest,
  end: number,
): Promise<Verdict<Helper, HelperEvent['code']>> {
  let program: string;
  try {
    const way = edges.way(path);
    const unsafe = unsafeReason(way);
    if (unsafe !== undefined) return refuse('helper-unsafe', unsafe);
    if (way[0] === undefined || !isExecutable(way[0])) {
      return refuse('helper-not-executable', 'expected a regular file with an execute bit');
    }
    program = way[0].path;
  } catch (error) {
    return refuse('helper-unreadable', errorCode(error));
  }
  if (!hasTemplate) return accept({ program, args: defaultArguments(tokenValues(request)) });
  const args = await templateArguments(edges, path + ARGUMENTS_SUFFIX, request, end);
  return args.ok
    ? accept({ program, args: args.value })
    : refuse('arguments-invalid', `${path}${ARGUMENTS_SUFFIX}: ${args.detail}`);
}

async function templateArguments(
  edges: HelperEdges,
  path: string,
  request: HelperRequest,
  end: number,
): Promise<Verdict<readonly string[], string>> {
  let text: string | undefined;
  try {
    const way = edges.way(path);
    const unsafe = unsafeReason(way);
    if (unsafe !== undefined) return refuse('unsafe', unsafe);
    text = edges.text(way[0]?.path ?? path, MAX_TEMPLATE);
  } catch (error) {
    return refuse('unreadable', errorCode(error));
  }
  const template = parseTemplate(text ?? '');
  if (!template.ok) return template;
  const given = tokenValues(request);
  const missing = [...neededTokens(template.value)].filter((token) => given[token] === undefined);
  const lookedUp = missing.some((token) => LOOKED_UP.includes(token))
    ? await accountTokens(request.user, end - performance.now())
    : {};
  return fillTemplate(template.value, { ...lookedUp, ...given });
}

function tokenValues({ user, fingerprint, further }: HelperRequest): TokenValues {
  return { ...further, u: user, ...(fingerprint === undefined ? {} : { f: fingerprint }) };
}

async function runHelper(
  edges: HelperEdges,
  path: string,
  names: readonly string[],
  request: HelperRequest,
  end: number,
): Promise<HelpersResult> {
  const hasTemplate = names.includes(path.slice(edges.directory.length + 1) + ARGUMENTS_SUFFIX);
  const helper = await prepareHelper(edges, path, hasTemplate, request, end);
  if (!helper.ok) {
    return { lines: [], events: [{ code: helper.reason, helper: path, detail: helper.detail }] };
  }
  const { program, args } = helper.value;
  const ended = await runHelperProgram(program, args, end - performance.now(), path);
  const events = ended.events.map((event): HelperEvent => ({ ...event, helper: path }));
  if (ended.output === undefined) return { lines: [], events };
  const kept = helperLines(ended.output);
  if (kept === undefined) {
    const detail = 'more lines than a helper may print, all are thrown away';
    return { lines: [], events: [{ code: 'helper-output-too-large', helper: path, detail }] };
  }
  if (kept.dropped > 0) {
    const detail = `dropped lines that are too long or have control characters: ${kept.dropped}`;
    events.push({ code: 'helper-lines-dropped', helper: path, detail });
  }
  return { lines: kept.lines, events };
}

function wayProblem(edges: HelperEdges, path: string): string | undefined {
  try {
    return unsafeReason(edges.way(path));
  } catch (error) {
    return `${path} cannot be read (${errorCode(error)})`;
  }
}

function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
