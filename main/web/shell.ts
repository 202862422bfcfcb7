/** The web shell as a program: serves the window, opens a browser where there is one, boots the default profile. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bootDefaultProfile, cancelStarts, describeInterrupt } from '../boot-on-open.ts';
import { appRoot, createServices } from '../services.ts';
import { startWebShell, type WebShell } from './server.ts';

const openers: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
  linux: ['xdg-open'],
};

const hasBrowser = (): boolean =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** Resolves when the program that opens addresses was started; where there is none, the address was printed anyway. */
function openAddress(url: string): Promise<void> {
  const [program = 'xdg-open', ...args] = openers[process.platform] ?? [];
  return new Promise((resolve) => {
    const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
    child.once('error', () => {
      process.stderr.write(`open this address: ${url}\n`);
      resolve();
    });
  });
}

async function listen(services: Parameters<typeof startWebShell>[0]['services'], port: number): Promise<WebShell> {
  const root = join(appRoot, 'dist/renderer');
  const token = process.env.SKIFF_WEB_TOKEN;
  return startWebShell({ services, root, port, ...(token ? { token } : {}) });
}

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    strict: false,
    options: {
      port: { type: 'string', default: '0' },
      'no-open': { type: 'boolean', default: false },
      'no-start': { type: 'boolean', default: false },
      terminal: { type: 'boolean', default: false },
    },
  });
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const { services, machine } = createServices({ shell: 'web', openExternal: openAddress, say });
  const shell = await listen(services, Number(values.port));
  process.stdout.write(`Skiff is at ${shell.url}\n`);
  if (!values['no-open'] && hasBrowser()) await openAddress(shell.url);

  const end = async (signal: NodeJS.Signals) => {
    const undone = await cancelStarts(services);
    if (undone.length > 0) say(`\nThe start of ${undone.join(', ')} was undone.`);
    if (signal === 'SIGINT') say(await describeInterrupt(services));
    await shell.close();
    machine.close();
    process.exit(0);
  };
  process.once('SIGINT', (signal) => void end(signal));
  process.once('SIGTERM', (signal) => void end(signal));
  process.once('SIGHUP', (signal) => void end(signal));

  if (!values['no-start']) await bootDefaultProfile(services, { terminal: values.terminal === true, url: shell.url });
}
