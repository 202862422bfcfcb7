/** The question whether an engine may be installed, on a real terminal. Nothing is: only the answer is looked at. */
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { noPty } from '../no-pty.ts';
import { unless } from '../unless.ts';

const root = resolve(import.meta.dirname, '../..');

/** As the command does: Ctrl-C cancels. */
const program = (canRun: boolean) => `
  import { mayInstall } from ${JSON.stringify(join(root, 'main/cli/ensure-engine.ts'))};
  const cancel = new AbortController();
  process.on('SIGINT', () => cancel.abort(new Error('cancelled')));
  const remedy = { title: 'Install it.', command: 'true', canRun: ${canRun}, throughSudo: true };
  await mayInstall(remedy, () => {}, cancel.signal).then(
    (may) => console.log('may: ' + may),
    (error) => console.log('rejected: ' + error.message),
  );`;

/** What came of the keys that were pressed once the question was there; how the process ended where nothing did. */
async function outcomeOf(keys: string, yesByDefault: boolean): Promise<string> {
  const { spawn } = await import('node-pty');
  return new Promise((done) => {
    const terminal = spawn(process.execPath, ['--input-type=module', '-e', program(yesByDefault)], {});
    let shown = '';
    let isAsked = false;
    terminal.onData((text) => {
      shown += text;
      if (isAsked || !shown.includes(']')) return;
      isAsked = true;
      terminal.write(keys);
    });
    terminal.onExit(({ exitCode }) => done(/(may|rejected): \w+/.exec(shown)?.[0] ?? `exit code ${exitCode}`));
  });
}

const ctrlC = '\u0003';
const ctrlD = '\u0004';

unless(noPty).describe('whether an engine may be installed', () => {
  it.each([
    ['y', 'y\r', true, 'may: true'],
    ['n', 'n\r', true, 'may: false'],
    ['Enter, where it is shown to mean yes,', '\r', true, 'may: true'],
    ['Enter, where it is shown to mean no,', '\r', false, 'may: false'],
    ['Ctrl-D', ctrlD, true, 'may: false'],
    ['Ctrl-C', ctrlC, true, 'rejected: cancelled'],
    ['Ctrl-C behind a y', `y${ctrlC}`, true, 'rejected: cancelled'],
  ])('is asked, and %s is understood', async (_, keys, yesByDefault, outcome) => {
    expect(await outcomeOf(keys, yesByDefault)).toBe(outcome);
  });
});
