/** Quitting asks what becomes of running clusters: they need Skiff no more than a container needs its client. */
import { dialog } from 'electron';
import { cancelStarts } from '../boot-on-open.ts';
import type { Services } from '../calls/services.ts';

/** True where the app may quit now. */
export async function confirmQuit(services: Services): Promise<boolean> {
  await cancelStarts(services);
  const { clusters } = services;
  const list = await clusters.list(AbortSignal.timeout(3_000));
  const running = list.filter(({ state }) => state === 'running' || state === 'degraded').map(({ profile }) => profile);
  if (running.length === 0) return true;
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: `${running.join(', ')} ${running.length === 1 ? 'is' : 'are'} running`,
    detail: 'Clusters go on without Skiff: kubectl and what you exposed on localhost keep working.',
    buttons: ['Leave running', 'Stop and quit', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
  });
  if (response === 1) await Promise.all(running.map((profile) => clusters.stop(profile, AbortSignal.timeout(120_000))));
  return response !== 2;
}
