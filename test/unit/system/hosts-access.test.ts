import { describe, expect, it } from 'vitest';
import { hostsAnswer } from '../../../src/system/hosts-access.ts';

describe('hostsAnswer', () => {
  it.each([
    ['', '', 'allowed'],
    ['', '# ALL: ALL', 'allowed'],
    ['', 'ALL: ALL', 'refused'],
    ['', 'ALL : ALL', 'refused'],
    ['', 'sshd, in.ftpd: ALL', 'refused'],
    ['', 'in.ftpd: ALL', 'allowed'],
    ['', 'ALL EXCEPT sshd: ALL', 'allowed'],
    ['', 'ALL: ALL EXCEPT 192.0.2.', 'allowed'],
    ['', 'ALL: PARANOID', 'allowed'],
    ['', 'sshd: 192.0.2.0/255.255.255.0 [2001:db8::]/32', 'allowed'],
    ['sshd: ALL', 'ALL: ALL', 'allowed'],
    ['sshd: 192.0.2.', 'ALL: ALL', 'depends'],
    ['sshd: [2001:db8::]/32', 'ALL: ALL', 'depends'],
    ['sshd@192.0.2.1: ALL', 'ALL: ALL', 'depends'],
    ['vsftpd: ALL', 'ALL: ALL', 'refused'],
    ['sshd: ALL: deny', '', 'refused'],
    ['sshd: 192.0.2. : allow\nsshd: ALL : deny', '', 'depends'],
    ['', 'sshd: ALL: allow\nALL: ALL', 'allowed'],
    ['', 'ALL: \\\nALL', 'refused'],
    ['', 'ALL: ALL: spawn (echo %h) &', 'refused'],
  ])('judges hosts.allow %j and hosts.deny %j: %s', (allow, deny, answer) => {
    expect(hostsAnswer(allow, deny, 'sshd').answer).toBe(answer);
  });

  it('names the rule that refuses', () => {
    expect(hostsAnswer('', '# first\n\nALL: ALL \n', 'sshd').rule).toEqual({
      path: '/etc/hosts.deny',
      line: 3,
      text: 'ALL: ALL',
    });
  });
});
