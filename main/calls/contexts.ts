/** The contexts of the kubeconfig: which exist, which is current, whether its server answers. */
import type { Handlers } from '../contract.ts';
import { requestJson } from '../kube/requests.ts';
import { askAccess } from './access.ts';
import type { Services } from './services.ts';

type ContextCalls = Pick<Handlers, 'context.list' | 'context.use' | 'context.ping' | 'context.access'>;

export const contextCalls = ({ kube }: Services): ContextCalls => ({
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
  async 'context.access'({ context, questions }) {
    return askAccess(await kube.connection(context), questions, Date.now);
  },
});
