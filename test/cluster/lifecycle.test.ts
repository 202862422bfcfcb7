/** A cluster's life through the command line: from nothing, again, stopped, back, and gone without a trace. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildTestImages } from '../images/build.ts';
import { noKubectl } from '../obstacles.ts';
import { unless } from '../unless.ts';
import { type SkiffResult, TestCluster } from './harness.ts';
import type { RunOptions } from './kubectl.ts';
import { eventually, page } from './lab.ts';

const { describe } = unless(noKubectl);

const nodePort = 30471;

/** Someone else's, with a comment, an odd order and a current context. */
const foreign = `# mine
apiVersion: v1
kind: Config
current-context: prod
clusters:
- {name: prod, cluster: {server: "https://prod.example:6443"}}   # do not touch
contexts:
- context: {cluster: prod, user: me}
  name: prod
users:
- name: me
  user:
    token: "secret"
`;

/** The text without the entries that carry our mark. */
const withoutOwn = (text: string): string =>
  text.replace(/^- (?:(?!^- |^\w)[\s\S])*?name: dev\.skiff(?:(?!^- |^\w)[\s\S])*/gm, '');

const manifests = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: 'web:1.0', envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: token}}]}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
  ports: [{port: 80, targetPort: 80, nodePort: ${nodePort}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: blue}
---
apiVersion: v1
kind: Secret
metadata: {name: token}
stringData: {password: hunter2}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: notes}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: notes}
spec:
  containers: [{name: c, image: 'busybox:1', args: [sleep, '3600'], volumeMounts: [{name: v, mountPath: /notes}]}]
  volumes: [{name: v, persistentVolumeClaim: {claimName: notes}}]
`;

describe('a cluster from nothing to nothing', () => {
  const cluster = new TestCluster('lifecycle');
  let first: SkiffResult;

  const kubectl = (args: string, options?: RunOptions) =>
    cluster.kubectl(['--context', 'skiff-lifecycle', ...args.split(' ')], options);

  /** What must outlive a stop; not what the cluster itself keeps changing. */
  const objects = async () => {
    const { items } = JSON.parse(await kubectl('get deployments,services,configmaps,secrets -o json'));
    return items.map(
      (item: { kind: string; metadata: { name: string; uid: string }; spec?: object; data?: object }) => ({
        kind: item.kind,
        name: item.metadata.name,
        uid: item.metadata.uid,
        spec: item.spec,
        data: item.data,
      }),
    );
  };

  const workloads = () =>
    eventually(async () => {
      expect(await kubectl('get deployment web -o jsonpath={.status.readyReplicas}')).toBe('3');
      expect(await page(nodePort)).toContain('version 1');
    }, 120);

  beforeAll(async () => {
    await buildTestImages();
    writeFileSync(cluster.kubeconfig, foreign);
    first = await cluster.start();
  });
  afterAll(() => cluster.delete());

  it('prints its steps as it boots, and ends with the context and the nodes', () => {
    const steps = first.stderr.match(/^✓ [^(]+/gm)?.map((line) => line.slice(2).trim());
    expect(steps).toEqual([
      'Find the container engine',
      'Prepare the node image',
      'Prepare the profile',
      'Create the network',
      'Start the nodes',
      'Wait for the API server',
      'Write the kubeconfig',
      'Wait for the nodes',
    ]);
    expect(first.stdout).toContain('profile   lifecycle (running)');
    expect(first.stdout).toContain('context   skiff-lifecycle');
    expect(first.stdout.match(/^node +skiff-lifecycle-\S+ .* Ready$/gm)).toHaveLength(3);
    expect(first.stdout).toContain('kubectl --context skiff-lifecycle get nodes');
  });

  it('leaves the current context and the other entries of the kubeconfig alone', async () => {
    expect(await kubectl('config current-context')).toBe('prod\n');
    const text = readFileSync(cluster.kubeconfig, 'utf8');
    // Ours are added at the end of each list; take them away, and what is left is what was there.
    expect(withoutOwn(text)).toBe(foreign);
  });

  it('is there already when it is started again', async () => {
    const before = await kubectl('get nodes -o jsonpath={.items[*].metadata.uid}');
    const containers = await cluster.footprint();
    const started = performance.now();
    const again = await cluster.start('-o', 'json');
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(JSON.parse(again.stdout)).toMatchObject({ profile: 'lifecycle', state: 'running' });
    expect(await kubectl('get nodes -o jsonpath={.items[*].metadata.uid}')).toBe(before);
    expect(await cluster.footprint()).toEqual(containers);
  });

  it('brings back every object and every workload after a stop', async () => {
    await kubectl('apply -f -', { input: manifests });
    await workloads();
    const before = await objects();
    expect(before.map(({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`)).toEqual([
      'Deployment web',
      'Service kubernetes',
      'Service web',
      'ConfigMap kube-root-ca.crt',
      'ConfigMap settings',
      'Secret token',
    ]);
    const pods = await kubectl('get pods -o jsonpath={.items[*].metadata.uid}');
    await kubectl('wait --for=condition=Ready pod/notes --timeout=60s');
    await kubectl('exec notes -- cp /etc/hostname /notes/kept');
    // Whoever deletes a class that a new cluster has does not get it back.
    await kubectl('delete storageclass local-path');

    const stopped = await cluster.skiff('stop', '-o', 'json');
    expect(stopped.code).toBe(0);
    expect(JSON.parse(stopped.stdout)).toMatchObject({ state: 'stopped', exposed: [] });
    await expect(page(nodePort)).rejects.toThrow('ECONNREFUSED');

    await cluster.start();
    expect(await objects()).toEqual(before);
    await workloads();
    expect(await kubectl('get pods -o jsonpath={.items[*].metadata.uid}')).toBe(pods);
    await eventually(async () => expect(await kubectl('exec notes -- cat /notes/kept')).toBe('notes\n'));
    expect(await kubectl('get storageclass -o name')).toBe(
      'storageclass.storage.k8s.io/hostpath\nstorageclass.storage.k8s.io/standard\n',
    );
    const { stdout } = await cluster.skiff('status', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'running',
      exposed: [{ namespace: 'default', service: 'web', port: nodePort, url: `http://127.0.0.1:${nodePort}` }],
    });
  });

  it('leaves nothing behind when it is deleted, pods and all', async () => {
    expect(await cluster.footprint()).toContain('volume skiff-lifecycle-control-plane');
    const deleted = await cluster.skiff('delete', '-o', 'json');
    expect(deleted.code).toBe(0);
    expect(JSON.parse(deleted.stdout)).toEqual({ deleted: ['lifecycle'] });
    expect(await cluster.footprint()).toEqual([]);
    expect(readFileSync(cluster.kubeconfig, 'utf8')).toBe(foreign);
    expect(existsSync(cluster.files)).toBe(false);
    await expect(page(nodePort)).rejects.toThrow('ECONNREFUSED');
  });

  it('is deleted a second time without complaint', async () => {
    expect(await cluster.skiff('delete')).toMatchObject({
      code: 0,
      stdout: 'there is no profile lifecycle: nothing is left of it\n',
    });
  });
});
