import { describe, expect, it } from 'vitest';
import { createDropDisabled, disabledFields } from '../../../../../agent/api/schema/disabled-fields.ts';
import { definitions } from './definitions.ts';

const dropped = (definition: string, object: Record<string, unknown>, old?: Record<string, unknown>) => {
  const copy = structuredClone(object);
  createDropDisabled(definitions, definition)?.(copy, old);
  return copy;
};
const pod = 'io.k8s.api.core.v1.Pod';

describe('a field whose feature is off in this release', () => {
  it('is one that the schemas have', () => {
    const unknown = disabledFields.filter(({ definition, field }) => !definitions[definition]?.properties?.[field]);
    expect(unknown).toEqual([]);
  });

  it.each([
    ['of a pod', pod, (spec: object) => ({ spec })],
    ['of a template', 'io.k8s.api.apps.v1.Deployment', (spec: object) => ({ spec: { template: { spec } } })],
  ])('%s goes, wherever it is, and nothing else does', (_, definition, within) => {
    const spec = {
      containers: [{ name: 'c', lifecycle: { stopSignal: 'SIGINT', preStop: { sleep: { seconds: 1 } } } }],
      initContainers: [{ name: 'i', lifecycle: { stopSignal: 'SIGINT' } }],
      ephemeralContainers: [{ name: 'e', lifecycle: {} }],
      schedulingGroup: { podGroupName: 'g' },
      volumes: [{ name: 'v', projected: { sources: [{ clusterTrustBundle: { path: 'p' } }, { secret: {} }] } }],
    };
    expect(dropped(definition, within(spec))).toEqual(
      within({
        containers: [{ name: 'c', lifecycle: { preStop: { sleep: { seconds: 1 } } } }],
        initContainers: [{ name: 'i' }],
        ephemeralContainers: [{ name: 'e', lifecycle: {} }],
        volumes: [{ name: 'v', projected: { sources: [{}, { secret: {} }] } }],
      }),
    );
  });

  it('stays where the stored object uses the feature, and only that one', () => {
    const old = { spec: { containers: [{ name: 'a', lifecycle: { stopSignal: 'SIGTERM' } }] } };
    const next = {
      spec: {
        containers: [{ name: 'b', lifecycle: { stopSignal: 'SIGINT' } }],
        schedulingGroup: { podGroupName: 'g' },
      },
    };
    expect(dropped(pod, next, old)).toEqual({ spec: { containers: next.spec.containers } });
  });

  it('goes from a lease', () => {
    const spec = { holderIdentity: 'me', strategy: 'OldestEmulationVersion', preferredHolder: 'you' };
    expect(dropped('io.k8s.api.coordination.v1.Lease', { spec })).toEqual({ spec: { holderIdentity: 'me' } });
  });

  it('is looked for in kinds that can have one only', () => {
    expect(createDropDisabled(definitions, 'io.k8s.api.core.v1.ConfigMap')).toBeUndefined();
    expect(createDropDisabled(definitions, 'io.k8s.api.apps.v1.ReplicaSet')).toBeDefined();
  });
});
