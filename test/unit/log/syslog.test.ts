import { describe, expect, it } from 'vitest';
import { evaluateOn, type PrivateMachine } from '../../support/private-machine.ts';

const LINES = [
  { severity: 6, text: 'one' },
  { severity: 4, text: 'two' },
];
const JOURNAL = '/run/systemd/journal/stdout';

/** A machine without a journal, whose `/dev` has nothing but what logger and Node need. */
const BARE: PrivateMachine = {
  empty: ['/run', '/mnt'],
  prepare: [
    'touch /mnt/null; mount --bind /dev/null /mnt/null',
    'mount -t tmpfs tmpfs /dev; touch /dev/null; mount --bind /mnt/null /dev/null',
  ],
};

const WRITE = `
  const { writeSyslog } = await load('log/syslog.ts');
  const lines = ${JSON.stringify(LINES)};
`;

/** A journal that reads what it is sent, until the end. */
const LISTEN = `
  const { createServer } = await import('node:net');
  const { once } = await import('node:events');
  const { mkdirSync } = await import('node:fs');
  mkdirSync('/run/systemd/journal', { recursive: true });
  const listen = async (onConnection) => {
    const server = createServer(onConnection).listen('${JOURNAL}');
    await once(server, 'listening');
    return server;
  };
`;

/** A syslog daemon on its datagram socket; Node cannot open one. It ends, whatever becomes of its test. */
const SYSLOGD = `
  alarm 60;
  socket(S, AF_UNIX, SOCK_DGRAM, 0) or die; bind(S, sockaddr_un("/dev/log")) or die;
  $| = 1; print "ready\\n";
  for (1..${LINES.length}) { recv(S, my $line, 9999, 0); print "$line\\n"; }
`;

describe('writeSyslog, to the journal', () => {
  it('sends the header of a stream with facility authpriv, then each line with its level', async () => {
    const body = `${LISTEN} ${WRITE}
      let received = '';
      const { promise: end, resolve } = Promise.withResolvers();
      await listen((socket) => {
        socket.setEncoding('utf8').on('data', (text) => { received += text; }).on('end', resolve);
      });
      const delivery = await writeSyslog(lines);
      await end;
      return { delivery, received };`;
    const authprivInfo = (10 << 3) | 6;
    const header = ['ec2-instance-connect', '', String(authprivInfo), '1', '0', '0', '0'];
    expect(await evaluateOn(BARE, body)).toEqual({
      delivery: 'journal',
      received: [...header, '<6>one', '<4>two', ''].join('\n'),
    });
  });

  it('gives up on a journal that does not read, and sends it nothing more', async () => {
    const body = `${LISTEN} ${WRITE}
      const { finished } = await import('node:stream/promises');
      const { promise: connected, resolve } = Promise.withResolvers();
      await listen((socket) => { resolve(socket.pause()); });
      const much = Array(4000).fill({ severity: 6, text: 'x'.repeat(1000) });
      const delivery = await writeSyslog(much);
      const journal = await connected;
      let received = 0;
      journal.on('error', () => undefined).on('data', ({ length }) => { received += length; });
      journal.resume();
      await finished(journal).catch(() => undefined);
      return [delivery === 'journal', received < 4_000_000];`;
    expect(await evaluateOn(BARE, body)).toEqual([false, true]);
  });

  it('opens nothing where there is nothing to say', async () => {
    const body = `${LISTEN} ${WRITE}
      let connections = 0;
      await listen(() => { connections += 1; });
      return [await writeSyslog([]), connections];`;
    expect(await evaluateOn(BARE, body)).toEqual(['none', 0]);
  });
});

describe('writeSyslog, without a journal', () => {
  const viaLogger = `${WRITE}
    const { spawn } = await import('node:child_process');
    const { createInterface } = await import('node:readline');
    const stdio = ['ignore', 'pipe', 'inherit'];
    const daemon = spawn('/usr/bin/perl', ['-MSocket', '-e', ${JSON.stringify(SYSLOGD)}], { stdio });
    const output = createInterface({ input: daemon.stdout })[Symbol.asyncIterator]();
    await output.next();
    const delivery = await writeSyslog(lines);
    const received = [];
    for await (const line of output) received.push(line);
    return { delivery, received };`;
  const bySyslog = {
    delivery: 'logger',
    received: [
      expect.stringMatching(/^<86>.*ec2-instance-connect: one$/),
      expect.stringMatching(/^<84>.*ec2-instance-connect: two$/),
    ],
  };

  it('has logger hand the lines to syslog, with facility authpriv and their levels', async () => {
    expect(await evaluateOn(BARE, viaLogger)).toEqual(bySyslog);
  });

  it('does the same where the socket of the journal is a dead one', async () => {
    const prepare = [
      ...(BARE.prepare ?? []),
      'mkdir -p /run/systemd/journal',
      `perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un("${JOURNAL}"))'`,
    ];
    expect(await evaluateOn({ ...BARE, prepare }, viaLogger)).toEqual(bySyslog);
  });

  it.each([
    ['there is no logger either', ['mount --bind /mnt/null /usr/bin/logger']],
    ['logger fails', ['mount --bind /bin/false /usr/bin/logger']],
    [
      'logger hangs',
      [
        `printf '#!/bin/sh\\nexec sleep 1000\\n' >/mnt/hang; chmod 755 /mnt/hang`,
        'mount --bind /mnt/hang /usr/bin/logger',
      ],
    ],
  ])('says that nothing arrived where %s', async (_, more) => {
    const prepare = [...(BARE.prepare ?? []), ...more];
    expect(await evaluateOn({ ...BARE, prepare }, `${WRITE} return writeSyslog(lines);`)).toBe(
      'none',
    );
  });
});
