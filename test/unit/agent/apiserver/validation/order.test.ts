/**
 * What is wrong with one object, told at once: in upstream's order, each message once.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/validation/field/errors.go (ToAggregate)
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inDefault, startApi, type TestApi } from '../api.ts';
import { aPod, container } from './pod-rows.ts';

type Json = Record<string, unknown>;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  const metadata = { name: 'default' };
  await api.create(inDefault('serviceaccounts'), { metadata, automountServiceAccountToken: false });
});
afterAll(() => api.close());

const refusePod = (spec: Json, metadata: Json = {}) =>
  api.refused('POST', inDefault('pods'), aPod(spec, { name: 'web', ...metadata }));
const fields = (status: Awaited<ReturnType<typeof refusePod>>) => status.details?.causes?.map(({ field }) => field);

const hard = 'requiredDuringSchedulingIgnoredDuringExecution';

/** A pod with one thing wrong in each part, in no order. */
const wrong = {
  os: { name: 'plan9' },
  overhead: { disk: '1' },
  hostAliases: [{ ip: 'x' }],
  tolerations: [{ operator: 'Equal' }],
  subdomain: 'S',
  hostname: 'H',
  activeDeadlineSeconds: 0,
  hostnameOverride: 'O',
  topologySpreadConstraints: [{ maxSkew: 0, topologyKey: 'a', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} }],
  schedulingGates: [{ name: 'a b' }],
  readinessGates: [{ conditionType: 'a b' }],
  dnsConfig: { nameservers: ['x'] },
  affinity: { nodeAffinity: { [hard]: { nodeSelectorTerms: [] } } },
  securityContext: { fsGroup: -1, windowsOptions: { hostProcess: true } },
  nodeSelector: { a: 'b c' },
  dnsPolicy: 'Some',
  restartPolicy: 'Some',
  resources: { limits: { disk: '1' } },
  initContainers: [container({ name: 'I' })],
  containers: [
    container({ name: 'C', ports: [{ containerPort: 1, hostPort: 2 }] }),
    container({ name: 'd', image: '', ports: [{ containerPort: 1, hostPort: 2 }] }),
  ],
  resourceClaims: [{ name: 'R', resourceClaimName: 'r' }],
  volumes: [{ name: 'V', emptyDir: {} }],
};

it('names the parts of a pod in the order of upstream', async () => {
  const status = await refusePod(wrong, { labels: { a: 'b c' }, annotations: { 'kubernetes.io/config.mirror': 'x' } });
  expect(fields(status)).toEqual([
    'metadata.labels',
    'metadata.annotations[kubernetes.io/config.mirror]',
    'spec.volumes[0].name',
    '[]',
    'spec.containers[0].name',
    'spec.containers[1].image',
    'spec.containers[1].ports[0].hostPort',
    'spec.initContainers[0].name',
    'spec.resources.limits[disk]',
    'spec.restartPolicy',
    'spec.dnsPolicy',
    'spec.nodeSelector',
    'spec.securityContext.fsGroup',
    `spec.affinity.nodeAffinity.${hard}.nodeSelectorTerms`,
    'spec.dnsConfig.nameservers[0]',
    'spec.readinessGates[0].conditionType',
    'spec.schedulingGates[0]',
    'spec.topologySpreadConstraints[0].maxSkew',
    'spec.hostNetwork',
    'spec.hostnameOverride',
    'spec.activeDeadlineSeconds',
    'spec.hostname',
    'spec.subdomain',
    'spec.tolerations[0].operator',
    'spec.hostAliases[0].ip',
    'spec.overhead.limits[disk]',
    'spec.overhead.limits[disk]',
    'spec.os',
  ]);
});

it('names the parts of a service in the order of upstream', async () => {
  const service = {
    metadata: { name: 'web' },
    spec: {
      trafficDistribution: 'Far',
      internalTrafficPolicy: 'Far',
      externalTrafficPolicy: 'Far',
      loadBalancerClass: 'a/b',
      allocateLoadBalancerNodePorts: true,
      loadBalancerSourceRanges: ['x'],
      externalIPs: ['x'],
      sessionAffinity: 'Some',
      selector: { a: 'b c' },
      ports: [{ port: 0, nodePort: 30_900 }],
    },
  };
  expect(fields(await api.refused('POST', inDefault('services'), service))).toEqual([
    'spec.ports[0].port',
    'spec.ports[0].targetPort',
    'spec.selector',
    'spec.sessionAffinity',
    'spec.externalIPs[0]',
    'spec.ports[0].nodePort',
    'spec.LoadBalancerSourceRanges',
    'spec.LoadBalancerSourceRanges[0]',
    'spec.allocateLoadBalancerNodePorts',
    'spec.loadBalancerClass',
    'spec.externalTrafficPolicy',
    'spec.internalTrafficPolicy',
    'spec.trafficDistribution',
  ]);
});

const noImage = 'spec.containers[0].image: Required value';

it('tells one message alone, and several in brackets', async () => {
  const spec = { containers: [container({ image: '' })] };
  expect((await refusePod(spec)).message).toBe(`Pod "web" is invalid: ${noImage}`);
  const more = await refusePod({ ...spec, activeDeadlineSeconds: 0 });
  const late = 'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive';
  expect(more.message).toBe(`Pod "web" is invalid: [${noImage}, ${late}]`);
});

it('tells the same message once, and each of its causes', async () => {
  await api.create(inDefault('pods'), aPod({}, { name: 'twice' }));
  const change = { spec: { containers: [container({ image: '' })] } };
  const mergePatch = { 'content-type': 'application/merge-patch+json' };
  const status = await api.refused('PATCH', inDefault('pods', 'twice'), change, mergePatch);
  expect(status.message).toBe(`Pod "twice" is invalid: ${noImage}`);
  expect(fields(status)).toEqual(['spec.containers[0].image', 'spec.containers[0].image']);
});

it('tells the first 200 of many errors, where upstream tells all of them', async () => {
  const containers = Array.from({ length: 300 }, (_, index) => container({ name: `c${index}`, image: '' }));
  const status = await refusePod({ containers });
  expect(fields(status)).toEqual(Array.from({ length: 200 }, (_, index) => `spec.containers[${index}].image`));
});

it('takes an image volume without a reference in a template, whose pods may get one, and in no pod', async () => {
  const spec = { volumes: [{ name: 'v', image: {} }], containers: [container()] };
  expect(fields(await refusePod(spec))).toEqual(['spec.volumes[0].image.reference']);
  const labels = { a: 'b' };
  const deployment = {
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
  const path = '/apis/apps/v1/namespaces/default/deployments';
  expect(await api.create(path, deployment)).toMatchObject({ kind: 'Deployment' });
});
