import { CHECKS } from './checks/index.ts';
import type { Check } from './check.ts';
import type { InstallEdges } from './edges.ts';
import { osRelease } from './facts/host.ts';
import { loginUserName } from './facts/people.ts';
import { version } from './facts/sshd.ts';
import { Inspection, type InspectionOptions } from './inspection.ts';
import { makeReport, type HostFacts, type Report } from './report.ts';
import { runChecks } from './runner.ts';

/**
 * Looks at the whole installation and changes nothing.
 * @param begin hears of each check that starts
 */
export async function verifyInstall(
  edges: InstallEdges,
  options: InspectionOptions,
  begin?: (check: Check) => void,
): Promise<Report> {
  const on = new Inspection(edges, options);
  const checks = await runChecks(CHECKS, on, begin);
  const user = await on.fact(loginUserName);
  return makeReport(checks, {
    time: edges.now(),
    host: hostFacts(on),
    run: {
      root: on.isRoot,
      offline: options.offline,
      ...(user === undefined ? {} : { user }),
    },
  });
}

function hostFacts(on: Inspection): HostFacts {
  const { id, version: release, name } = on.fact(osRelease);
  const kernel = on.edges.sshd.tree.text('/proc/sys/kernel/osrelease')?.trim();
  const openssh = on.fact(version);
  const { libc } = on.edges.libraries();
  return {
    system: name,
    ...(id === '' ? {} : { systemId: id }),
    ...(release === '' ? {} : { systemVersion: release }),
    ...(kernel === undefined ? {} : { kernel }),
    architecture: on.edges.architecture,
    ...(openssh === undefined ? {} : { openssh: `${openssh.major}.${openssh.minor}` }),
    ...(libc === undefined ? {} : { glibc: libc }),
    ...instanceFact(on),
  };
}

/** Unreadable firmware is the matter of a check. */
function instanceFact(on: Inspection): { instanceId?: string } {
  try {
    const machine = on.edges.machine();
    return machine?.kind === 'nitro' ? { instanceId: machine.instanceId } : {};
  } catch {
    return {};
  }
}
