/** Disruption budgets and what drains nodes, as `test/e2e/apps/disruption.go` upstream tries them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noKubectl } from '../obstacles.ts';
import { unless } from '../unless.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

const { describe } = unless(noKubectl);

let cluster: ControlPlane;
beforeAll(async () => {
  cluster = await startControlPlane();
});
afterAll(() => cluster.close());

const kubectl = (line: string) => cluster.kubectl(...line.split(' '));
const deployment = (name: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'web:1.0' }] } },
  },
});
const budget = (name: string, spec: object) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name },
  spec: { selector: { matchLabels: { app: name } }, ...spec },
});
const allowed = (name: string) => kubectl(`get pdb ${name} -o jsonpath={.status.disruptionsAllowed}`);
const drain = (node: string, seconds: number) =>
  kubectl(`drain ${node} --ignore-daemonsets --force --timeout=${seconds}s --pod-selector=app=web`);

describe('a disruption budget', () => {
  it('blocks a drain until it is updated to allow it', async () => {
    await cluster.apply(deployment('web', 2));
    await kubectl('rollout status deployment/web --timeout=45s');
    await cluster.apply(budget('web', { maxUnavailable: 0 }));
    await expect.poll(() => kubectl('get pdb web -o jsonpath={.status.expectedPods}')).toBe('2');
    const node = await kubectl('get pods -l app=web -o jsonpath={.items[0].spec.nodeName}');
    await expect(drain(node, 1)).rejects.toThrow("Cannot evict pod as it would violate the pod's disruption budget.");
    expect(await kubectl('get pdb web')).toMatch(/\nweb +N\/A +0 +0 +\d+s\n$/);
    await kubectl('patch pdb web --type=merge --patch={"spec":{"maxUnavailable":1}}');
    await expect.poll(() => allowed('web')).toBe('1');
    expect(await drain(node, 30)).toContain(`node/${node} drained`);
    await kubectl(`uncordon ${node}`);
    await expect.poll(() => allowed('web'), { timeout: 20_000 }).toBe('1');
    expect(await kubectl('get events --field-selector=reason=NoPods')).toBe('');
  });

  it('goes by the scale of a custom resource', async () => {
    await cluster.apply({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'fleets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'fleets', kind: 'Fleet' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
            subresources: { scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
          },
        ],
      },
    });
    await kubectl('wait --for=condition=Established crd/fleets.example.com --timeout=20s');
    const fleet = { apiVersion: 'example.com/v1', kind: 'Fleet', metadata: { name: 'ships' }, spec: { replicas: 10 } };
    await cluster.apply(fleet);
    const uid = await kubectl('get fleet ships -o jsonpath={.metadata.uid}');
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'ship',
        labels: { app: 'ships' },
        ownerReferences: [{ apiVersion: 'example.com/v1', kind: 'Fleet', name: 'ships', uid, controller: true }],
      },
      spec: { containers: [{ name: 'web', image: 'web:1.0' }] },
    });
    await cluster.apply(budget('ships', { minAvailable: '30%' }));
    await expect
      .poll(() => kubectl('get pdb ships -o jsonpath={.status.expectedPods}/{.status.desiredHealthy}'))
      .toBe('10/3');
  });

  it('guards its pods against preemption while others can go, which say why they go', async () => {
    await cluster.apply({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'urgent' },
      value: 1000,
    });
    const pod = (name: string, more: object = {}, finalizers: string[] = []) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: { app: name }, finalizers },
      spec: {
        nodeSelector: { 'kubernetes.io/hostname': 'worker2' },
        containers: [{ name: 'web', image: 'web:1.0', resources: { requests: { cpu: '1900m' } } }],
        ...more,
      },
    });
    await cluster.apply(pod('guarded'));
    await cluster.apply(pod('unguarded', {}, ['example.com/kept']));
    await cluster.apply(budget('guarded', { minAvailable: 1 }));
    await kubectl('wait --for=condition=Ready pod/guarded pod/unguarded --timeout=30s');
    await expect.poll(() => kubectl('get pdb guarded -o jsonpath={.status.currentHealthy}')).toBe('1');
    await cluster.apply(pod('urgent', { priorityClassName: 'urgent' }));
    const reason = '{.status.conditions[?(@.type=="DisruptionTarget")].reason}';
    await expect
      .poll(() => kubectl(`get pod unguarded -o jsonpath=${reason}`), { timeout: 20_000 })
      .toBe('PreemptionByScheduler');
    expect(await kubectl('get pod guarded -o jsonpath={.metadata.deletionTimestamp}')).toBe('');
    await kubectl('patch pod unguarded --type=merge --patch={"metadata":{"finalizers":null}}');
    await kubectl('wait --for=condition=Ready pod/urgent --timeout=30s');
  });

  it('is listed for all namespaces and deleted as a collection', async () => {
    await cluster.apply(budget('one', { minAvailable: 1 }));
    await cluster.apply(budget('two', { minAvailable: 1 }));
    expect(await kubectl('get pdb -A --no-headers -o name')).toContain('poddisruptionbudget.policy/two');
    await kubectl('delete pdb --all');
    expect(await kubectl('get pdb -A --no-headers -o name')).toBe('');
  });
});
