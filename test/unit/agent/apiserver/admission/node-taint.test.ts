import { expect, it } from 'vitest';
import { startApi } from '../api.ts';

const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
const other = { key: 'dedicated', effect: 'NoSchedule' };

it.each([
  ['without taints', {}, [notReady]],
  ['with another taint', { taints: [other] }, [other, notReady]],
  ['that has it', { taints: [notReady, other] }, [notReady, other]],
])('a new node %s takes no pods before it is known to be ready', async (_what, spec, taints) => {
  const api = await startApi();
  const node = await api.create('/api/v1/nodes', { metadata: { name: 'worker' }, spec });
  expect(node.spec?.taints).toEqual(taints);
  await api.close();
});
