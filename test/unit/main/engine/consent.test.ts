import { expect, it } from 'vitest';
import { consentFor, isYes } from '../../../../main/engine/consent.ts';

const asRoot = { title: 'Install and start Docker.', command: 'apt-get install docker.io', canRun: true };
const throughSudo = {
  title: 'Install and start Docker.',
  command: 'sudo apt-get install',
  canRun: false,
  throughSudo: true,
};
const byHand = { title: 'Join its group.', command: 'sudo usermod -aG docker me', canRun: false };
const person = { isTTY: true, seesQuestion: true, forbidden: false };
const unattended = { isTTY: false, seesQuestion: true, forbidden: false };

it('asks a person with sudo, who has to say yes', () => {
  expect(consentFor({ remedy: throughSudo, ...person })).toEqual({
    kind: 'ask',
    question: 'Install and start Docker.\nSkiff will run: sudo apt-get install\nGo ahead? [y/N] ',
    yesByDefault: false,
  });
});

it('asks root at a terminal, where Enter means yes', () => {
  expect(consentFor({ remedy: asRoot, ...person })).toMatchObject({ kind: 'ask', yesByDefault: true });
});

it('goes ahead on an unattended machine as root, and not through sudo', () => {
  expect(consentFor({ remedy: asRoot, ...unattended })).toEqual({ kind: 'given' });
  expect(consentFor({ remedy: throughSudo, ...unattended })).toEqual({ kind: 'none' });
});

it.each([
  ['is forbidden', { remedy: asRoot, ...person, forbidden: true }],
  ['only the person can do', { remedy: byHand, ...person }],
  ['nobody could see the question about', { remedy: asRoot, ...person, seesQuestion: false }],
  ['has no command', { remedy: { title: 'Install Docker Desktop.', canRun: false }, ...person }],
  ['is nothing', { remedy: undefined, ...person }],
])('runs nothing that %s', (_what, situation) => {
  expect(consentFor(situation)).toEqual({ kind: 'none' });
});

it.each([
  ['y', false, true],
  ['Yes', false, true],
  ['', false, false],
  ['', true, true],
  ['n', true, false],
  ['yeah, why not', true, false],
])('understands %j', (reply, yesByDefault, expected) => {
  expect(isYes(reply, yesByDefault)).toBe(expected);
});
