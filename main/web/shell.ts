/** The web shell: serves the window, opens a browser if there is one, and boots the default profile. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bootDefaultProfile, cancelStarts, describeInterrupt } from '../boot-on-open.ts';
import { appRoot, createServices } from '../services.ts';
import { hasBrowser, openAddress } from './open-address.ts';
import { startWebShell, type WebShell } from './server.ts';

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
  if (!values['no-open'] && hasBrowser()) await openAddress(shell.addressOnce());

  const end = async (signal: NodeJS.Signals) => {
    const undone = await cancelStarts(services);
    if (undone.length > 0) say(`\nThe start of ${undone.join(', ')} was undone.`);
    if (signal === 'SIGINT') say(await describeInterrupt(services));
    await shell.close();
    machine.close();
    process.exit(0);
  };
  // A hung engine must neither keep the process from ending nor look like a crash.
  const stop = (signal: NodeJS.Signals) =>
    void end(signal).catch((error: Error) => {
      say(`\nCould not find out which clusters run: ${error.message}. \`skiff status\` lists them.`);
      process.exit(1);
    });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop);

  if (!values['no-start']) await bootDefaultProfile(services, { terminal: values.terminal === true, url: shell.url });
}
