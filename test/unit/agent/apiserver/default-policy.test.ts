/** The roles and bindings that a cluster has from its first start. */
import { describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../agent/api/types.ts';
import { createMemoryStore } from '../../../../agent/store/memory.ts';
import { startApi, type TestApi } from './api.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const clusterRoles = `${rbac}/clusterroles`;
const clusterRoleBindings = `${rbac}/clusterrolebindings`;
const autoUpdate = 'rbac.authorization.kubernetes.io/autoupdate';

/** What upstream 1.36 makes with the defaults of its feature gates, but for the controllers. */
const named = [
  ...['admin', 'cluster-admin', 'edit', 'view'],
  ...['admin', 'edit', 'view'].map((each) => `system:aggregate-to-${each}`),
  'system:auth-delegator',
  'system:basic-user',
  'system:certificates.k8s.io:certificatesigningrequests:nodeclient',
  'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
  'system:certificates.k8s.io:kube-apiserver-client-approver',
  'system:certificates.k8s.io:kube-apiserver-client-kubelet-approver',
  'system:certificates.k8s.io:kubelet-serving-approver',
  'system:certificates.k8s.io:legacy-unknown-approver',
  'system:discovery',
  'system:heapster',
  ...['kube-aggregator', 'kube-controller-manager', 'kube-dns', 'kube-scheduler'].map((each) => `system:${each}`),
  'system:kubelet-api-admin',
  'system:monitoring',
  ...['node', 'node-bootstrapper', 'node-problem-detector', 'node-proxier'].map((each) => `system:${each}`),
  'system:persistent-volume-provisioner',
  'system:public-info-viewer',
  'system:service-account-issuer-discovery',
  'system:volume-scheduler',
];

const namesOf = async (api: TestApi, path: string): Promise<string[]> =>
  (await api.list(path)).items.map(({ metadata }) => metadata.name);
const ofController = (name: string): boolean => name.startsWith('system:controller:');

describe('a new cluster', () => {
  it('has the default roles of upstream, marked as such', async () => {
    const api = await startApi();
    const { items } = await api.list(`${clusterRoles}?labelSelector=kubernetes.io/bootstrapping=rbac-defaults`);
    const names = items.map(({ metadata }) => metadata.name);
    expect(names.filter((name) => !ofController(name)).sort()).toEqual([...named].sort());
    expect(names.filter(ofController)).toHaveLength(38);
    expect(items.every(({ metadata }) => metadata.annotations?.[autoUpdate] === 'true')).toBe(true);
    expect(items.find(({ metadata }) => metadata.name === 'edit')).toMatchObject({
      metadata: { labels: { 'rbac.authorization.k8s.io/aggregate-to-admin': 'true' } },
      aggregationRule: {
        clusterRoleSelectors: [{ matchLabels: { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' } }],
      },
      rules: [],
    });
    await api.close();
  });

  it('has their bindings, each controller as a service account of kube-system', async () => {
    const api = await startApi();
    const { items } = await api.list(clusterRoleBindings);
    const controllers = items.filter(({ metadata }) => ofController(metadata.name));
    expect(controllers).toHaveLength(38);
    expect(controllers.find(({ metadata }) => metadata.name.endsWith(':job-controller'))).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: 'system:controller:job-controller' },
      subjects: [{ kind: 'ServiceAccount', name: 'job-controller', namespace: 'kube-system' }],
    });
    const others = items.filter((each) => !controllers.includes(each));
    expect(others.map(({ metadata }) => metadata.name)).toEqual([
      'cluster-admin',
      'kubeadm:get-nodes',
      'kubeadm:kubelet-bootstrap',
      'kubeadm:node-autoapprove-bootstrap',
      'kubeadm:node-autoapprove-certificate-rotation',
      'skiff:ingress',
      'skiff:kubelet-serving-approval',
      'skiff:network-policies',
      'system:basic-user',
      'system:coredns',
      'system:discovery',
      'system:kube-controller-manager',
      'system:kube-dns',
      'system:kube-scheduler',
      'system:monitoring',
      'system:node',
      'system:node-proxier',
      'system:public-info-viewer',
      'system:service-account-issuer-discovery',
      'system:volume-scheduler',
    ]);
    await api.close();
  });

  it('has roles in the namespaces of the system', async () => {
    const api = await startApi();
    const inSystem = (plural: string) => namesOf(api, `${rbac}/namespaces/kube-system/${plural}`);
    const shared = [
      'system:controller:bootstrap-signer',
      'system:controller:cloud-provider',
      'system:controller:token-cleaner',
    ];
    const locks = ['kube-controller-manager', 'kube-scheduler'].map((each) => `system::leader-locking-${each}`);
    const reader = 'extension-apiserver-authentication-reader';
    const settings = 'skiff:nodes-dns-settings';
    expect(await inSystem('roles')).toEqual([reader, settings, ...locks, ...shared]);
    expect(await inSystem('rolebindings')).toEqual([settings, `system::${reader}`, ...locks, ...shared]);
    expect(await namesOf(api, `${rbac}/namespaces/kube-public/roles`)).toEqual(['system:controller:bootstrap-signer']);
    await api.close();
  });
});

describe('the next start', () => {
  /** What is there after somebody has changed it and the server has started again. */
  async function afterChange(path: string, change: (object: AnyObject) => object | undefined): Promise<AnyObject> {
    const store = createMemoryStore();
    const first = await startApi({ store });
    const changed = change(await first.get(path));
    if (changed) await first.request('PUT', path, changed);
    else await first.request('DELETE', path);
    await first.server.close();
    const second = await startApi({ store });
    const found = await second.get(path);
    await second.close();
    return found;
  }
  const viewer = `${clusterRoles}/system:public-info-viewer`;
  const extra = { verbs: ['get'], nonResourceURLs: ['/extra'] };
  const missing = { verbs: ['get'], nonResourceURLs: ['/healthz'] };

  it('writes nothing where nothing has changed', async () => {
    const store = createMemoryStore();
    const first = await startApi({ store });
    const revision = (await first.list(clusterRoles)).metadata.resourceVersion;
    await first.server.close();
    const second = await startApi({ store });
    expect((await second.list(clusterRoles)).metadata.resourceVersion).toBe(revision);
    await second.close();
  });

  it('brings back what was deleted', async () => {
    expect(await afterChange(viewer, () => undefined)).toMatchObject({ rules: [{ verbs: ['get'] }] });
    const kubeDns = `${clusterRoleBindings}/system:kube-dns`;
    expect(await afterChange(kubeDns, () => undefined)).toMatchObject({ subjects: [{ name: 'kube-dns' }] });
  });

  it('adds the rules, labels and annotations that are missing, and keeps what somebody has added', async () => {
    const rules = [extra, { verbs: ['get'], nonResourceURLs: ['/livez', '/readyz', '/version', '/version/'] }];
    const { metadata, ...rest } = await afterChange(viewer, (role) => ({
      ...role,
      metadata: { name: role.metadata.name, labels: { mine: 'yes' } },
      rules,
    }));
    expect(rest).toMatchObject({ rules: [...rules, missing] });
    expect(metadata).toMatchObject({
      labels: { mine: 'yes', 'kubernetes.io/bootstrapping': 'rbac-defaults' },
      annotations: { [autoUpdate]: 'true' },
    });
  });

  it('leaves alone what is protected', async () => {
    const rules = [extra];
    const found = await afterChange(viewer, (role) => ({
      ...role,
      metadata: { ...role.metadata, annotations: { [autoUpdate]: 'false' } },
      rules,
    }));
    expect(found).toMatchObject({ rules });
  });

  it('adds subjects that are missing', async () => {
    const path = `${clusterRoleBindings}/system:discovery`;
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'others' }];
    expect(await afterChange(path, (binding) => ({ ...binding, subjects }))).toMatchObject({
      subjects: [...subjects, { ...subjects[0], name: 'system:authenticated' }],
    });
  });

  it('makes a binding anew that somebody has put in the place of one with another role', async () => {
    const store = createMemoryStore();
    const first = await startApi({ store });
    const path = `${clusterRoleBindings}/system:discovery`;
    const { metadata } = await first.get(path);
    await first.request('DELETE', path);
    const roleRef = { kind: 'ClusterRole', name: 'view' };
    await first.create(clusterRoleBindings, { metadata: { name: metadata.name }, roleRef, subjects: [] });
    await first.server.close();
    const second = await startApi({ store });
    expect(await second.get(path)).toMatchObject({ roleRef: { name: 'system:discovery' } });
    await second.close();
  });
});
