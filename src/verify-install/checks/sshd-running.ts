import { fail, pass, type Check } from '../check.ts';
import { running } from '../facts/process.ts';
import { hasSystemd } from '../facts/host.ts';
import { sshd } from '../facts/sshd.ts';
import { fix } from '../remedies.ts';

/** Somebody answers connections: sshd itself, or a socket of systemd that starts it. */
export const sshdRunning: Check = {
  id: 'sshd-running',
  group: 'sshd',
  title: 'sshd is running',
  dependsOn: ['sshd-config'],
  async run(on) {
    const facts = await on.fact(sshd);
    const process = await on.fact(running);
    const socket = facts?.sockets[0];
    if (process !== undefined) {
      const by = socket === undefined ? '' : `, started by ${socket}`;
      return pass(`process ${process.pid}${by}`, { pid: process.pid });
    }
    if (socket !== undefined) return pass(`${socket} starts it for the next connection`);
    const unit = facts?.start.unit?.name;
    const program = facts?.program ?? '/usr/sbin/sshd';
    const bySystemd = on.fact(hasSystemd) && unit !== undefined;
    const command = bySystemd ? `systemctl enable --now ${unit}` : program;
    return fail('no sshd is listening', fix(command));
  },
};
