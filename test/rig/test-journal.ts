import { chmodSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** One message that reached the journal. */
export interface JournalEntry {
  readonly identifier: string;
  /** Facility, for instance 10 for authpriv. */
  readonly facility: number;
  /** Priority 0 (emerg) to 7 (debug). */
  readonly priority: number;
  readonly message: string;
}

interface Header {
  readonly identifier: string;
  readonly level: number;
  readonly levelPrefix: boolean;
}

const BARRIER = 'test-journal-barrier';

/**
 * journald's stream socket (/run/systemd/journal/stdout) for a test: a header of seven lines (identifier,
 * unit, facility × 8 + priority, level prefix, forwarding to syslog, kmsg, console), then a message a line,
 * with its own `<level>` in front where the header says so. A stream whose header is not of this form is
 * dropped, as journald does, and counted in `malformed`.
 */
export class TestJournal {
  readonly #server: Server = createServer();
  #path = '';
  readonly #open = new Set<Promise<unknown>>();
  readonly #entries: JournalEntry[] = [];
  #barriers = 0;
  #malformed = 0;
  /** Called with every entry as it comes. */
  onEntry: ((entry: JournalEntry) => void) | undefined;

  constructor() {
    this.#server.on('connection', (socket) => {
      this.#accept(socket);
    });
  }

  /** Listens at a path, for everybody. */
  async listen(path: string): Promise<void> {
    this.#path = path;
    this.#server.listen(path);
    await once(this.#server, 'listening');
    chmodSync(path, 0o666);
  }

  /** How many streams had no proper header. */
  get malformed(): number {
    return this.#malformed;
  }

  /**
   * Everything that was written by processes that have ended by now. Connections are accepted in order: when
   * our own comes through, all earlier ones have been, and it remains to see their end.
   */
  async entries(): Promise<readonly JournalEntry[]> {
    const own = connect(this.#path);
    own.end(`${BARRIER}\n\n0\n0\n0\n0\n0\n`);
    own.resume();
    const seen = this.#barriers;
    while (this.#barriers === seen) await once(this.#server, 'barrier');
    await Promise.all(this.#open);
    return this.#entries;
  }

  /** Forgets what was recorded. */
  clear(): void {
    this.#entries.length = 0;
  }

  /** Stops listening; open streams end with their writers. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(socket: Socket): void {
    const ended = this.#read(socket).catch(() => undefined);
    this.#open.add(ended);
    void ended.then(() => this.#open.delete(ended));
  }

  async #read(socket: Socket): Promise<void> {
    const head: string[] = [];
    let header: Header | undefined;
    let rest = '';
    for await (const chunk of socket.setEncoding('utf8') as AsyncIterable<string>) {
      // Line feeds only: a carriage return in a message must show.
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (header !== undefined) this.#record(header, line);
        else if (head.push(line) === 7) header = parseHeader(head);
      }
      if (header === undefined && head.length >= 7) break;
    }
    if (header === undefined) this.#malformed += 1;
    else if (rest !== '') this.#record(header, rest);
    if (header?.identifier !== BARRIER) return;
    this.#barriers += 1;
    this.#server.emit('barrier');
  }

  #record({ identifier, level, levelPrefix }: Header, line: string): void {
    const [prefix = '', own] = (levelPrefix ? /^<(\d{1,3})>/.exec(line) : null) ?? [];
    const effective = own === undefined ? level : Number(own);
    // A prefix without a facility keeps the stream's.
    const facility = effective >> 3 === 0 ? level >> 3 : effective >> 3;
    const message = line.slice(prefix.length);
    const entry = { identifier, facility, priority: effective & 7, message };
    this.#entries.push(entry);
    this.onEntry?.(entry);
  }
}

function parseHeader(lines: readonly string[]): Header | undefined {
  const [identifier = '', , level = '', levelPrefix, ...forwards] = lines;
  const flags = [levelPrefix, ...forwards];
  if (!/^\d{1,3}$/.test(level) || Number(level) > 191) return undefined;
  if (flags.some((flag) => flag !== '0' && flag !== '1')) return undefined;
  return { identifier, level: Number(level), levelPrefix: levelPrefix === '1' };
}
