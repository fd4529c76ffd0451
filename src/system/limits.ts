/** A resource limit of a process, as `/proc/PID/limits` shows it: numbers, or `unlimited`. */
export interface Limit {
  readonly soft: string;
  readonly hard: string;
}

/** The names that proc(5) has for the limits, and the options of prlimit(1) that set them. */
const OPTIONS: Readonly<Record<string, string>> = {
  'Max cpu time': 'cpu',
  'Max file size': 'fsize',
  'Max data size': 'data',
  'Max stack size': 'stack',
  'Max core file size': 'core',
  'Max resident set': 'rss',
  'Max processes': 'nproc',
  'Max open files': 'nofile',
  'Max locked memory': 'memlock',
  'Max address space': 'as',
  'Max file locks': 'locks',
  'Max pending signals': 'sigpending',
  'Max msgqueue size': 'msgqueue',
  'Max nice priority': 'nice',
  'Max realtime priority': 'rtprio',
  'Max realtime timeout': 'rttime',
};

/**
 * Reads `/proc/PID/limits` (proc(5)).
 * @returns the limits under the names of prlimit(1)'s options; what is not understood is left out
 */
export function parseLimits(text: string): ReadonlyMap<string, Limit> {
  const found = new Map<string, Limit>();
  for (const line of text.split('\n')) {
    const fields = /^(Max .*?) +(\d+|unlimited) +(\d+|unlimited)\b/.exec(line);
    const [, name = '', soft = '', hard = ''] = fields ?? [];
    const option = OPTIONS[name];
    if (option !== undefined) found.set(option, { soft, hard });
  }
  return found;
}

/**
 * The limits that a process has to set to have those of another.
 * @param mayRaise whether it may raise hard limits (CAP_SYS_RESOURCE); without, these are left out
 */
export function differingLimits(
  own: ReadonlyMap<string, Limit>,
  wanted: ReadonlyMap<string, Limit>,
  mayRaise: boolean,
): ReadonlyMap<string, Limit> {
  const differing = [...wanted].filter(([option, { soft, hard }]) => {
    const mine = own.get(option);
    if (mine === undefined || (mine.soft === soft && mine.hard === hard)) return false;
    return mayRaise || size(hard) <= size(mine.hard);
  });
  return new Map(differing);
}

function size(limit: string): number {
  return limit === 'unlimited' ? Infinity : Number(limit);
}
