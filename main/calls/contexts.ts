/** The kubeconfig's contexts: which there are, which is current, whether it answers. */
import type { Handlers } from '../contract.ts';
import { requestJson } from './kube-requests.ts';
import type { Services } from './services.ts';

export const contextCalls = ({ kube }: Services): Pick<Handlers, 'context.list' | 'context.use' | 'context.ping'> => ({
  'context.list': () => kube.contexts(),
  async 'context.use'({ context }) {
    await kube.use(context);
    return undefined;
  },
  async 'context.ping'({ context }, signal) {
    const connection = await kube.connection(context);
    const begun = performance.now();
    const path = '/version';
    const { value } = await requestJson<{ gitVersion: string }>(connection, { method: 'GET', path, signal });
    return { latency: performance.now() - begun, version: value.gitVersion };
  },
});
