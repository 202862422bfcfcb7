import { expect, test } from 'vitest';
import type { core } from '../../../../../agent/api/types.ts';
import { payloadOf } from '../../../../../agent/kubelet/volumes/payloads.ts';
import { aPod } from '../../api/builders.ts';

const deps = {
  sources: { configMap: async () => undefined, secret: async () => undefined, services: () => [] },
  facts: { hostIP: '', podIP: '', capacity: { cpu: 1, memory: 1 } },
  issueToken: async () => 'token',
};
const volume = { name: 'v', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } };
const as = (runAsUser?: number): core.Container => ({ name: 'c', image: 'i', securityContext: { runAsUser } });

test.each<[string, Partial<core.PodSpec>, { mode: number; owner?: number }]>([
  ['everybody where nothing is said of users', {}, { mode: 0o644 }],
  ['the one user of the pod', { securityContext: { runAsUser: 1000 } }, { mode: 0o600, owner: 1000 }],
  ['the one user of all containers', { containers: [as(7), as(7)] }, { mode: 0o600, owner: 7 }],
  ['everybody where users differ', { containers: [as(7)], initContainers: [as(8)] }, { mode: 0o644 }],
  ['everybody where a user is left to the image', { containers: [as(7), as()] }, { mode: 0o644 }],
  ['the group of the pod', { securityContext: { fsGroup: 2000 } }, { mode: 0o600 }],
])('a token is for %s', async (_whom, spec, access) => {
  const files = await payloadOf(aPod({ spec }), volume, deps);
  expect(files?.get('token')).toEqual({ data: Buffer.from('token'), ...access });
});
