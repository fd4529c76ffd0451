import { runHelpers } from './helpers/helpers.ts';
import { readDebugSwitch } from './host/debug-switch.ts';
import { identifyMachine } from './host/machine.ts';
import { readTrustStore } from './host/trust-store.ts';
import { ImdsClient } from './imds/client.ts';
import { DEADLINE_MS } from './imds/limits.ts';
import { writeSyslog } from './log/syslog.ts';
import { startDeadline } from './login/deadline.ts';
import type { RunEdges } from './login/login.ts';
import type { Run } from './login/run.ts';
import type { SshdEdges } from './sshd/edges.ts';
import type { InstallEdges } from './verify-install/edges.ts';
import type { ViewEdges } from './verify-install/host-view.ts';

/** The world of every command; what only a person's command needs is loaded when it is asked for. */
export interface Edges extends RunEdges {
  readonly sshd: () => Promise<SshdEdges>;
  readonly install: () => Promise<InstallEdges>;
  readonly view: () => Promise<ViewEdges>;
}

/** The real world, put together here and nowhere else. */
export function realEdges(run: Run): Edges {
  return {
    run,
    now: () => Math.floor(Date.now() / 1000),
    startDeadline,
    machine: identifyMachine,
    imds: (deadline) => new ImdsClient(deadline),
    trustStore: readTrustStore,
    runHelpers: (request, deadlineMs) => runHelpers({}, request, deadlineMs),
    writeSyslog,
    isDebugging: () => readDebugSwitch(Date.now() / 1000).state === 'on',
    sshd,
    install,
    view,
  };
}

async function sshd(): Promise<SshdEdges> {
  const { hostEdges } = await import('./sshd/host.ts');
  return hostEdges();
}

async function install(): Promise<InstallEdges> {
  const { installHost } = await import('./verify-install/host-edges.ts');
  return {
    ...installHost(),
    sshd: await sshd(),
    machine: identifyMachine,
    debugSwitch: () => readDebugSwitch(Date.now() / 1000),
    trustStore: readTrustStore,
    imds: checksClient,
  };
}

async function view(): Promise<ViewEdges> {
  const { journal } = await import('./verify-install/host-edges.ts');
  return { machine: identifyMachine, trustStore: readTrustStore, imds: checksClient, journal };
}

/** Its deadline begins when it is made: a check waits no longer than a login would. */
function checksClient(): ImdsClient {
  const end = performance.now() + DEADLINE_MS;
  return new ImdsClient({ remaining: () => end - performance.now() });
}
