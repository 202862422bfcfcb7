/** Every place that names or carries an upstream release means the same minor. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { core } from '../../../../agent/api/types.ts';
import { kubernetesMinor, kubernetesVersion } from '../../../../agent/api/version.ts';
import { startApi } from '../apiserver/api.ts';
import { definitions, descriptions } from './schema/definitions.ts';

/**
 * Fields that upstream's published types have for the first time in a minor, and none before it.
 * https://github.com/kubernetes/api/compare/v0.35.0...v0.36.0 and the same for the other minors.
 */
const firstSeen: Record<number, readonly (readonly [definition: string, field: string])[]> = {
  34: [
    ['core.v1.Container', 'restartPolicyRules'],
    ['core.v1.EnvVarSource', 'fileKeyRef'],
    ['resource.v1.ResourceClaim', 'spec'],
  ],
  35: [
    ['core.v1.NodeStatus', 'declaredFeatures'],
    ['core.v1.PodStatus', 'allocatedResources'],
  ],
  36: [
    ['core.v1.PodSpec', 'schedulingGroup'],
    ['core.v1.PodStatus', 'nodeAllocatableResourceClaimStatuses'],
    ['core.v1.VolumeMountStatus', 'volumeStatus'],
    ['admissionregistration.v1.MutatingAdmissionPolicy', 'spec'],
    ['resource.v1.DeviceAttribute', 'strings'],
    ['storage.v1.CSIDriverSpec', 'preventPodSchedulingIfMissing'],
  ],
  37: [
    ['core.v1.NodeSpec', 'podPreemptionPolicy'],
    ['autoscaling.v2.HorizontalPodAutoscalerCondition', 'observedGeneration'],
    ['resource.v1.DeviceTaintRule', 'spec'],
    ['certificates.v1.ClusterTrustBundle', 'spec'],
  ],
};

/** Fields that the minor before still had. */
const gone = [['core.v1.PodSpec', 'workloadRef']] as const;

const has = (definition: string, field: string): boolean =>
  definitions[`io.k8s.api.${definition}`]?.properties?.[field] !== undefined;

const served = Number(kubernetesVersion.minor);
const fieldsOf = (minor: number) => firstSeen[minor] ?? [];

describe('the minor that is served', () => {
  it('is the newest one whose definitions are all there', () => {
    expect(fieldsOf(served).length).toBeGreaterThan(0);
    expect(fieldsOf(served + 1).length).toBeGreaterThan(0);
    const upToNow = [served - 2, served - 1, served].flatMap(fieldsOf);
    expect(upToNow.filter(([definition, field]) => !has(definition, field))).toEqual([]);
    expect([...fieldsOf(served + 1), ...gone].filter(([definition, field]) => has(definition, field))).toEqual([]);
  });

  it('is that of the types, of which a field of this minor is one', () => {
    const field: keyof core.PodSpec & 'schedulingGroup' = 'schedulingGroup';
    expect(has('core.v1.PodSpec', field)).toBe(true);
  });

  it('is that of the field documentation', () => {
    expect(descriptions['io.k8s.api.core.v1.PodSpec']?.schedulingGroup).toMatch(/^SchedulingGroup provides/);
  });

  it('has a patch release as its version', () => {
    expect(kubernetesVersion.git.replace(/\.\d+$/, '')).toBe(`v${kubernetesMinor}`);
  });

  it('is what /version and the OpenAPI document say', async () => {
    const api = await startApi();
    const { body: version } = await api.request('GET', '/version');
    expect(version).toMatchObject({ major: '1', minor: kubernetesVersion.minor, gitVersion: kubernetesVersion.git });
    const { body: document } = await api.request('GET', '/openapi/v3/apis/apps/v1');
    expect(document).toMatchObject({ info: { version: kubernetesVersion.git } });
  });

  it('is what the README promises', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../../../README.md'), 'utf8');
    expect([...readme.matchAll(/Kubernetes (\d+\.\d+)/g)].map(([, minor]) => minor)).toEqual([kubernetesMinor]);
  });
});
