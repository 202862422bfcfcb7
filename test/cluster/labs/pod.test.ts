import { expect, test } from 'vitest';
import { noPty, spawnTerminal } from '../../no-pty.ts';
import { withKubectls } from '../../obstacles.ts';
import { unless } from '../../unless.ts';
import { eventually, type Lab, useLab } from '../lab.ts';

/** A terminal of 90 by 31 that kubectl runs on. */
function openTerminal(lab: Lab, args: string) {
  const terminal = spawnTerminal(lab.binary.path, lab.arguments(args), { cols: 90, rows: 31, env: lab.env });
  let screen = '';
  terminal.onData((data) => {
    screen += data;
  });
  const exited = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  const shows = (pattern: RegExp) => eventually(() => expect(screen).toMatch(pattern));
  return { type: (input: string) => terminal.write(input), shows, exited };
}

withKubectls('lab pod', (binary) => {
  const lab = useLab('pod', binary);

  test('applying the manifest starts the pod', async () => {
    expect(await lab.apply('pod.yaml')).toBe('pod/web-pod created\n');
    await lab.ready('pod/web-pod');
    expect(await lab.kubectl('get pod web-pod')).toMatch(
      /^NAME +READY +STATUS +RESTARTS +AGE\nweb-pod +1\/1 +Running +0 +\d+s\n$/,
    );
    expect(await lab.kubectl('get pod web-pod -o wide')).toMatch(
      /web-pod +1\/1 +Running +0 +\d+s +10\.244\.\d+\.\d+ +\S*worker\S* +<none> +<none>/,
    );
  });

  test('describe tells the story of its start in events', async () => {
    await eventually(async () => {
      const description = await lab.kubectl('describe pod web-pod');
      expect(description).toMatch(/Normal +Scheduled .*Successfully assigned pod-[\d-]+\/web-pod to \S*worker\S*/);
      expect(description).toMatch(/Normal +Pulled .*Container image "web:1\.0" already present on machine/);
      expect(description).toMatch(/Normal +Created .*Container created/);
      expect(description).toMatch(/Normal +Started .*Container started/);
    });
  });

  unless(noPty).test('a shell with a terminal knows its size and runs commands', async () => {
    const terminal = openTerminal(lab, 'exec -it web-pod -- sh');
    await terminal.shows(/[#$] /);
    terminal.type('tty; echo answer $((6 * 7))\r');
    await terminal.shows(/\/dev\/pts\/\d/);
    await terminal.shows(/answer 42/);
    // The size travels beside the input, so it may be there a moment later.
    terminal.type('until stty size | grep "31 90"; do sleep 0.1; done\r');
    await terminal.shows(/\n31 90/);
    terminal.type('exit\r');
    expect(await terminal.exited).toBe(0);
  });

  test('the exit code of a command comes back', async () => {
    const result = await lab.run(['exec', 'web-pod', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7']);
    expect(result).toMatchObject({ code: 7, stdout: 'out\n' });
    expect(result.stderr).toMatch(/err\ncommand terminated with exit code 7/);
  });

  test('logs show what the container wrote, and follow what it writes', async () => {
    const following = lab.follow('logs -f web-pod');
    await lab.kubectl(['exec', 'web-pod', '--', 'sh', '-c', 'echo hello from inside > /proc/1/fd/1']);
    await eventually(() => expect(following.output()).toContain('hello from inside'));
    await following.stop();
    expect(await lab.kubectl('logs web-pod')).toContain('hello from inside');
  });

  test('a file written inside is gone after delete and apply', async () => {
    await lab.kubectl(['exec', 'web-pod', '--', 'sh', '-c', 'echo kept > /tmp/note']);
    expect(await lab.kubectl('exec web-pod -- cat /tmp/note')).toBe('kept\n');
    await lab.kubectl('delete pod web-pod');
    await lab.apply('pod.yaml');
    await lab.ready('pod/web-pod');
    expect((await lab.run('exec web-pod -- cat /tmp/note')).code).not.toBe(0);
  });
});
