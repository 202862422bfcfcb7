/** A real shell on a real pseudo terminal. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openLocalShell, shellEnvironment, shellOf } from '../../../../main/terminal/local.ts';
import { noPty } from '../../../no-pty.ts';
import { unless } from '../../../unless.ts';

describe('the shell', () => {
  test.each([
    ['linux', { SHELL: '/bin/zsh' }, '/bin/zsh', []],
    ['linux', {}, '/bin/sh', []],
    ['darwin', {}, '/bin/zsh', ['-l']],
    ['win32', { COMSPEC: 'cmd.exe' }, 'powershell.exe', ['-NoLogo']],
  ] as const)('of %s with %j is %s', (platform, env, file, args) =>
    expect(shellOf(platform, env)).toEqual({ file, args }),
  );

  test('gets the environment without what only concerns Skiff', () => {
    const env = { HOME: '/h', SKIFF_WEB_TOKEN: 't', ELECTRON_RUN_AS_NODE: '1', npm_config_x: 'y', KUBECONFIG: 'old' };
    expect(shellEnvironment(env, 'a:b')).toEqual({
      HOME: '/h',
      KUBECONFIG: 'a:b',
      TERM: 'xterm-256color',
      COLORTERM: 'truecolor',
    });
  });
});

unless(noPty).describe('a local shell', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skiff-local-'));
    await writeFile(join(folder, 'config'), 'apiVersion: v1\nkind: Config\ncurrent-context: other\n');
    vi.stubEnv('SHELL', '/bin/sh');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  async function open() {
    let output = '';
    let exit: (value: { exitCode?: number; error?: Error }) => void = () => undefined;
    const exited = new Promise<{ exitCode?: number; error?: Error }>((resolve) => {
      exit = resolve;
    });
    const session = await openLocalShell({
      context: 'on-screen',
      kubeconfig: join(folder, 'config'),
      size: { columns: 90, rows: 30 },
      events: {
        onOutput: (data) => {
          output += data;
        },
        onExit: exit,
      },
    });
    return { session, exited, output: () => output };
  }

  test('has the context on screen, the size of its window, and an exit code', async () => {
    const { session, exited, output } = await open();
    session.write('cat "$(echo $KUBECONFIG | cut -d: -f1)"; stty size\n');
    await vi.waitFor(() => expect(output()).toContain('30 90'), { timeout: 5_000 });
    expect(output()).toContain('"current-context":"on-screen"');
    session.resize(100, 40);
    session.write('stty size; exit 7\n');
    expect(await exited).toEqual({ exitCode: 7 });
    expect(output()).toContain('40 100');
  });

  test('waits while it is held', async () => {
    const { session, exited, output } = await open();
    session.hold(true);
    session.write('yes\n');
    const before = output().length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(output().length).toBe(before);
    session.hold(false);
    await vi.waitFor(() => expect(output().length).toBeGreaterThan(before + 10_000), { timeout: 5_000 });
    session.close();
    await exited;
  });
});
