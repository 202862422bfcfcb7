/** Quitting asks what to do with running clusters, which do not need Skiff to keep running. */
import { dialog } from 'electron';
import { cancelStarts } from '../boot-on-open.ts';
import type { Services } from '../calls/services.ts';

const listTimeout = 3_000;
const stopTimeout = 120_000;

/** Resolves true if the app may quit now. Rejects if a cluster could not be stopped. */
export async function confirmQuit(services: Services, say: (line: string) => void): Promise<boolean> {
  const running = await whatRuns(services).catch((error: Error) => {
    // An engine that does not answer must not keep the user from quitting.
    say(`could not find out which clusters run: ${error.message}`);
    return [];
  });
  if (running.length === 0) return true;
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: `${running.join(', ')} ${running.length === 1 ? 'is' : 'are'} running`,
    detail: 'Clusters keep running without Skiff: kubectl and your services on localhost keep working.',
    buttons: ['Leave running', 'Stop and quit', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
  });
  const { clusters } = services;
  if (response === 1)
    await Promise.all(running.map((profile) => clusters.stop(profile, AbortSignal.timeout(stopTimeout))));
  return response !== 2;
}

async function whatRuns(services: Services): Promise<string[]> {
  await cancelStarts(services);
  const list = await services.clusters.list(AbortSignal.timeout(listTimeout));
  return list.filter(({ state }) => state === 'running' || state === 'degraded').map(({ profile }) => profile);
}
