import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { startHeartbeat, supervisorEnded } from '../../../../agent/roles/supervised.ts';
import { createFakeClock, settle } from '../../../fakes/clock.ts';
import { unless } from '../../../unless.ts';

it('tells when the other end of its input is closed, and not before', async () => {
  const pipe = new PassThrough();
  let gone = false;
  const ended = supervisorEnded(pipe).then(() => {
    gone = true;
  });
  await settle();
  expect(gone).toBe(false);
  pipe.end();
  await ended;
  expect(gone).toBe(true);
});

it('beats every five seconds, with another count each time', async () => {
  const clock = createFakeClock();
  const written: string[] = [];
  startHeartbeat((count) => written.push(count), clock);
  await clock.advance(10_000);
  expect(written).toEqual(['1\n', '2\n', '3\n']);
});

const withShell = unless(process.platform === 'win32' ? 'there is no /bin/sh on Windows' : undefined);

describe('the supervisor of a node', () => {
  /** `look`: seconds between two looks, in place of fifteen. */
  function supervise(agent: string, look: number): { process: ChildProcess; lines: AsyncIterableIterator<string> } {
    const folder = mkdtempSync(join(tmpdir(), 'supervise-'));
    const program = (name: string, text: string) =>
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    program('node', `echo started\n${agent}`);
    program('sleep', `exec /bin/sleep ${look}`);
    const script = join(import.meta.dirname, '../../../../agent/image/supervise.sh');
    const env = { PATH: `${folder}:/usr/bin:/bin`, SKIFF_BEATS: join(folder, 'beats') };
    const process = spawn('/bin/sh', [script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const both = new PassThrough();
    process.stdout.pipe(both, { end: false });
    process.stderr.pipe(both, { end: false });
    return { process, lines: createInterface({ input: both })[Symbol.asyncIterator]() };
  }

  withShell.test('kills an agent that stands still, and starts it again', async () => {
    const { process: supervisor, lines } = supervise('exec /bin/sleep 600', 0.01);
    const seen: string[] = [];
    while (seen.length < 4) {
      const line = String((await lines.next()).value);
      // Some shells tell of the signal in a line of their own.
      seen.push(...[line].filter((each) => /^(started|supervise)/.test(each)));
    }
    supervisor.kill('SIGTERM');
    expect(seen).toEqual([
      'started',
      'supervise: the agent has not moved for half a minute; killing it',
      'supervise: the agent exited with 137; starting it again',
      'started',
    ]);
  });

  withShell.test('passes on what it is told, and waits for the agent as often as it is told', async () => {
    const program = `
      process.on("SIGINT", () => console.log("interrupted"));
      process.on("SIGTERM", () => console.log("terminated"));
      process.once("SIGTERM", () => process.once("SIGTERM", () => process.exit()));
      setInterval(() => {}, 1000);
      console.log("listening");`;
    const { process: supervisor, lines } = supervise(`exec '${process.execPath}' -e '${program}'`, 600);
    const next = async () => String((await lines.next()).value);
    expect([await next(), await next()]).toEqual(['started', 'listening']);
    for (const [signal, line] of [
      ['SIGINT', 'interrupted'],
      ['SIGTERM', 'terminated'],
      ['SIGTERM', 'terminated'],
    ] as const) {
      supervisor.kill(signal);
      expect(await next()).toBe(line);
    }
    expect(await once(supervisor, 'exit')).toEqual([0, null]);
  });

  withShell.test('leaves one alone that beats', async () => {
    const beating = 'for beat in 1 2 3 4 5 6 7 8 9; do echo "$beat" >"$SKIFF_BEATS"; /bin/sleep 0.03; done; exit 7';
    const { process: supervisor, lines } = supervise(beating, 0.3);
    const seen = [await lines.next(), await lines.next()].map(({ value }) => String(value));
    supervisor.kill('SIGTERM');
    expect(seen).toEqual(['started', 'supervise: the agent exited with 7; starting it again']);
  });

  withShell.test('lets the agent know that it has ended, even if it was killed', async () => {
    const { process: supervisor, lines } = supervise('while read -r line; do :; done; echo alone', 600);
    expect((await lines.next()).value).toBe('started');
    supervisor.kill('SIGKILL');
    expect((await lines.next()).value).toBe('alone');
  });
});
