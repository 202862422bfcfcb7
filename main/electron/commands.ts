/** Carries out the tray's commands. */
import { shell } from 'electron';
import type { Services } from '../calls/services.ts';
import { openAtLogin } from './login.ts';
import type { TrayCommand } from './tray-template.ts';
import { checkForUpdates } from './updates.ts';

const pageOf = (context: string): string => `#/${encodeURIComponent(context)}/overview`;

export async function runCommand(
  command: TrayCommand,
  { app, clusters, kube }: Services,
  open: (fragment?: string) => void,
  quit: () => void,
): Promise<void> {
  const never = new AbortController().signal;
  if (command.do === 'open') open();
  else if (command.do === 'preferences' || command.do === 'terminal') open(`#/?do=${command.do}`);
  else if (command.do === 'dashboard') open(pageOf(command.context));
  else if (command.do === 'start') await clusters.start(command.profile, {}, never);
  else if (command.do === 'stop') await clusters.stop(command.profile, never);
  else if (command.do === 'cancel') await clusters.cancel(command.profile);
  else if (command.do === 'restart') {
    await clusters.stop(command.profile, never);
    await clusters.start(command.profile, {}, never);
  } else if (command.do === 'use') await kube.use(command.context);
  else if (command.do === 'browse') await shell.openExternal(command.url);
  else if (command.do === 'updates') await checkForUpdates(app.version);
  else if (command.do === 'login') await openAtLogin(command.isOn);
  else quit();
}
