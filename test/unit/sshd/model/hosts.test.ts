import { describe, expect, it } from 'vitest';
import { fixture } from '../../../fixtures/sshd/fixture.ts';
import {
  DEB_COMMAND_PATH,
  effectiveCommand,
  ownCommand,
  RPM_COMMAND_PATH,
} from '../../../../src/sshd/model/effective.ts';
import { readModel, type SshdModel } from '../../../../src/sshd/model/model.ts';
import { hostStarts } from '../../../../src/sshd/plan/conflicts.ts';
import { wiredCommand } from '../../../../src/sshd/plan/wired-command.ts';
import { chooseWiring } from '../../../../src/sshd/plan/wiring.ts';

const OPENSSH: Readonly<Record<string, readonly [major: number, minor: number]>> = {
  'amazon-linux-2': [7, 4],
  'amazon-linux-2023': [8, 7],
  'ubuntu-16.04': [7, 2],
  'ubuntu-18.04': [7, 6],
  'ubuntu-20.04': [8, 2],
  'ubuntu-22.04': [8, 9],
  'ubuntu-22.04-stock': [8, 9],
  'ubuntu-24.04': [9, 6],
  'rhel-8': [8, 0],
  'rhel-9': [8, 7],
  'rhel-9-stock': [8, 7],
  'debian-11': [8, 4],
  'debian-12': [9, 2],
  'debian-13': [10, 0],
};

const DEB = ownCommand(DEB_COMMAND_PATH);
const RPM = ownCommand(RPM_COMMAND_PATH);
const CONFIGURATION_FILE = '/etc/ssh/sshd_config.d/90-ec2-instance-connect.conf';

function version(name: string): { major: number; minor: number } {
  const [major, minor] = OPENSSH[name] ?? [0, 0];
  return { major, minor };
}

function model(name: string): SshdModel {
  return readModel(fixture(name), version(name));
}

function wiring(name: string, mode: 'enable' | 'adopt' = 'enable'): string[] {
  const own = /ubuntu|debian/.test(name) ? DEB : RPM;
  const chosen = chooseWiring(fixture(name), version(name), own, mode, wiredCommand(own));
  return [...(chosen?.keys() ?? [])];
}

describe('every host of the table', () => {
  it.each(Object.keys(OPENSSH))('%s is understood without a problem', (name) => {
    expect(model(name).problems).toEqual([]);
  });

  it.each([
    ['amazon-linux-2', ['sshd.service', 'sshd@.service']],
    ['amazon-linux-2023', ['sshd.service', 'sshd@.service']],
    ['ubuntu-16.04', ['ssh.service', 'ssh@.service']],
    ['ubuntu-18.04', ['ssh.service', 'ssh@.service']],
    ['ubuntu-20.04', ['ssh.service', 'ssh@.service']],
    ['ubuntu-22.04', ['ssh.service', 'ssh@.service']],
    ['ubuntu-24.04', ['ssh.service']],
    ['rhel-8', ['sshd.service', 'sshd@.service']],
    ['rhel-9', ['sshd.service', 'sshd@.service']],
    ['debian-11', ['ssh.service', 'ssh@.service']],
    ['debian-12', ['ssh.service']],
    ['debian-13', ['ssh.service', 'sshd@.service']],
  ])('%s starts sshd from %j', (name, units) => {
    expect(hostStarts(model(name)).map((start) => start.unit?.name)).toEqual(units);
  });

  it('takes the alias sshd.service of Debian and Ubuntu for no unit of its own', () => {
    expect(model('debian-12').starts[0]?.unit?.aliases).toEqual(['sshd.service']);
  });

  it("reads RHEL 8's crypto policy as options of sshd", () => {
    const texts = model('rhel-8').starts[0]?.arguments.options.map(({ text }) => text);
    expect(texts).toEqual([
      'Ciphers=aes256-gcm@openssh.com,aes256-ctr',
      'MACs=hmac-sha2-256-etm@openssh.com',
    ]);
  });
});

describe("the stock packages' wiring", () => {
  it('is ours on Amazon Linux 2, from the main file itself', () => {
    for (const start of hostStarts(model('amazon-linux-2'))) {
      expect(effectiveCommand(start, RPM)).toMatchObject({
        ours: true,
        passesUser: true,
        passesFingerprint: true,
        user: 'ec2-instance-connect',
        setting: { place: { path: '/etc/ssh/sshd_config', line: 26 } },
      });
    }
  });

  it('is ours on RHEL 9, from its configuration file', () => {
    const [start] = hostStarts(model('rhel-9-stock'));
    expect(start && effectiveCommand(start, RPM)).toMatchObject({
      ours: true,
      setting: { place: { path: '/etc/ssh/sshd_config.d/60-ec2-instance-connect.conf', line: 1 } },
    });
  });

  it("is ours on Ubuntu, from the unit's options, which sshd -T never shows", () => {
    const [start] = hostStarts(model('ubuntu-22.04-stock'));
    expect(start && effectiveCommand(start, DEB)).toMatchObject({
      ours: true,
      command: `${DEB_COMMAND_PATH} %u %f`,
      user: 'ec2-instance-connect',
      setting: {
        unit: 'ssh.service',
        place: { path: '/lib/systemd/system/ssh.service.d/ec2-instance-connect.conf', line: 3 },
      },
    });
  });
});

describe('the least invasive wiring', () => {
  it.each([
    'amazon-linux-2023',
    'ubuntu-20.04',
    'ubuntu-22.04',
    'ubuntu-24.04',
    'rhel-9',
    'debian-11',
    'debian-12',
    'debian-13',
  ])('is a configuration file on %s', (name) => {
    expect(wiring(name)).toEqual([CONFIGURATION_FILE]);
  });

  it.each([
    ['ubuntu-16.04', ['ssh.service', 'ssh@.service']],
    ['ubuntu-18.04', ['ssh.service', 'ssh@.service']],
    ['rhel-8', ['sshd.service', 'sshd@.service']],
  ])('is a drop-in for each unit on %s', (name, units) => {
    expect(wiring(name)).toEqual(
      units.map((unit) => `/etc/systemd/system/${unit}.d/zz-ec2-instance-connect.conf`),
    );
  });

  it('is nothing where the stock lines name our path', () => {
    expect(wiring('amazon-linux-2')).toEqual([]);
  });

  it('for adopt is the main file on a host without Include, since a reload has to suffice', () => {
    expect(wiring('ubuntu-18.04', 'adopt')).toEqual(['/etc/ssh/sshd_config']);
  });
});
