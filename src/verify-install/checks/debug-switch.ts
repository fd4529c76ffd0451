import { DEBUG_SWITCH } from '../../host/debug-switch.ts';
import { pass, warn, type Check } from '../check.ts';
import { duration, moment } from '../phrases.ts';
import { fix } from '../remedies.ts';

const OFF = 'ec2-instance-connect debug off';

/** Whether every question of sshd is logged at the moment; a file that is left costs each login time. */
export const debugSwitch: Check = {
  id: 'debug-switch',
  group: 'run',
  title: 'debug switch',
  dependsOn: [],
  run(on) {
    const found = on.edges.debugSwitch();
    switch (found.state) {
      case 'off':
        return pass('off');
      case 'on': {
        const left = duration(found.until - on.edges.now());
        const text = `every question of sshd is logged, until ${moment(found.until)}, ${left} left`;
        return pass(text, { until: found.until });
      }
      case 'ended': {
        const text = `off since ${moment(found.until)}, but ${DEBUG_SWITCH} slows each login down`;
        return warn(text, fix(OFF), { until: found.until });
      }
      case 'broken':
        return warn(`${DEBUG_SWITCH} counts as off: ${found.problem}`, fix(OFF));
    }
  },
};
