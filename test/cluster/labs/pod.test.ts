import { spawn } from 'node-pty';
import { describe, expect, test } from 'vitest';
import { eventually, kubectls, type Lab, useLab } from '../lab.ts';

/** Types `input` at a terminal that kubectl runs on, and resolves with the screen once `until` shows. */
async function atTerminal(lab: Lab, args: string, input: string, until: RegExp): Promise<string> {
  const terminal = spawn(lab.binary.path, lab.arguments(args), { cols: 90, rows: 31, env: lab.env });
  let screen = '';
  terminal.onData((data) => {
    screen += data;
  });
  const exited = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  await eventually(() => expect(screen).toMatch(/[#$] /));
  terminal.write(input);
  await eventually(() => expect(screen).toMatch(until));
  terminal.write('exit\r');
  expect(await exited).toBe(0);
  return screen;
}

describe.each(kubectls)('lab pod with kubectl $version', (binary) => {
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
    const description = await eventually(async () => {
      const text = await lab.kubectl('describe pod web-pod');
      expect(text).toMatch(/Normal +Started .*Started container web/);
      return text;
    });
    expect(description).toMatch(/Normal +Scheduled .*Successfully assigned pod-[\d-]+\/web-pod to \S*worker\S*/);
    expect(description).toMatch(/Normal +Pulled .*Container image "web:1\.0" already present on machine/);
    expect(description).toMatch(/Normal +Created .*Created container:? web/);
  });

  test('a shell with a terminal knows its size and runs commands', async () => {
    const screen = await atTerminal(
      lab,
      'exec -it web-pod -- sh',
      'tty && stty size; echo answer $((6 * 7))\r',
      /answer 42/,
    );
    expect(screen).toMatch(/\/dev\/pts\/\d/);
    expect(screen).toMatch(/31 90/);
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
