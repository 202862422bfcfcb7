/** Opens an address in the user's browser. */
import { spawn } from 'node:child_process';

const openers: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
  linux: ['xdg-open'],
};

export const hasBrowser = (): boolean =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** Resolves when the program that opens addresses has started; without such a program, prints the address. */
export function openAddress(url: string): Promise<void> {
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
