/** Simulated nodes from the command line to kubectl, on a machine without a container engine. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { processStart } from '../../main/process-start.ts';
import { TestCluster } from '../cluster/harness.ts';
import { runKubectl } from '../cluster/kubectl.ts';
import { kubectls, noKubectl } from '../obstacles.ts';
import { unless } from '../unless.ts';
import { sendRequest } from './request.ts';

const { test } = unless(noKubectl);

const cluster = new TestCluster('simulated');
cluster.env.SKIFF_ENGINE = 'none';
const kubectl = (...args: string[]) => cluster.kubectl(args);
const folder = join(cluster.files, 'profiles/simulated/simulated');
const processId = (): number => JSON.parse(readFileSync(join(folder, 'process.json'), 'utf8')).pid;
const status = async () => JSON.parse((await cluster.skiff('status', '-o', 'json')).stdout);

/** Its parent may not have noticed that it ended: a process that only waits for that is gone. */
const isAlive = async (pid: number): Promise<boolean> => (await processStart(pid)) !== undefined;

beforeAll(() => cluster.start('--runtime', 'simulated', '--nodes', '3', '--wait'));
afterAll(() => cluster.delete());

test('without an engine, a start of real nodes names the simulated ones as the next step', async () => {
  const real = new TestCluster('real');
  real.env.SKIFF_ENGINE = 'none';
  const { code, stderr } = await real.skiff('start');
  rmSync(real.home, { recursive: true });
  expect(code).toBe(1);
  expect(stderr).toContain('skiff start --runtime simulated');
});

test('every node is Ready and says that it is simulated', async () => {
  const { state, runtime, nodes } = await status();
  expect({ state, runtime }).toEqual({ state: 'running', runtime: 'simulated' });
  expect(nodes).toMatchObject([
    { name: 'skiff-simulated-simulated-control-plane', state: 'running', ready: true },
    { name: 'skiff-simulated-simulated-worker', state: 'running', ready: true },
    { name: 'skiff-simulated-simulated-worker2', state: 'running', ready: true },
  ]);
});

test('every node runs the version that the API server and the command name', async () => {
  const { serverVersion } = JSON.parse(await kubectl('version', '-o', 'json'));
  const versions = await kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].status.nodeInfo.kubeletVersion}');
  const { gitVersion } = serverVersion;
  expect(versions.split(' ')).toEqual([gitVersion, gitVersion, gitVersion]);
  expect((await status()).kubernetesVersion).toBe(gitVersion);
});

test('a deployment becomes available, and its logs say that nothing runs', async () => {
  await kubectl('create', 'deployment', 'web', '--image=nginx', '--replicas=5');
  await kubectl('wait', '--for=condition=Available', 'deployment/web', '--timeout=90s');
  expect(await kubectl('logs', 'deployment/web')).toBe('This container is simulated: nothing runs in it.\n');
});

test('probes and hooks of simulated containers pass, and a hostPath touches nothing of this machine', async () => {
  const path = join(cluster.home, 'host-path');
  const container = {
    name: 'main',
    image: 'nginx',
    volumeMounts: [{ name: 'host', mountPath: '/host' }],
    lifecycle: { postStart: { exec: { command: ['true'] } } },
    readinessProbe: { httpGet: { port: 80 } },
    startupProbe: { exec: { command: ['true'] } },
  };
  const spec = { volumes: [{ name: 'host', hostPath: { path } }], containers: [container] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'probed' }, spec };
  await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(pod) });
  await kubectl('wait', '--for=condition=Ready', 'pod/probed', '--timeout=90s');
  expect(existsSync(path)).toBe(false);
});

test('a claim is bound for its pod, whose node is asked for the folder, and goes without a trace', async () => {
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  const containers = [{ name: 'main', image: 'nginx', volumeMounts: [{ name: 'data', mountPath: '/data' }] }];
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'stored' }, spec: { containers, volumes } };
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [claim, pod] });
  await cluster.kubectl(['apply', '-f', '-'], { input });
  await kubectl('wait', '--for=condition=Ready', 'pod/stored', '--timeout=90s');
  expect(await kubectl('get', 'pvc', 'data')).toMatch(/data +Bound +pvc-[\w-]+ +1Gi +RWO +standard/);
  const volume = await kubectl('get', 'pvc', 'data', '-o', 'jsonpath={.spec.volumeName}');
  await kubectl('delete', 'pod/stored', 'pvc/data', '--timeout=60s');
  await kubectl('wait', '--for=delete', `pv/${volume}`, '--timeout=60s');
});

test('a pod shows what it is asked to show: a crash loop, an image out of reach, a probe that fails', async () => {
  const asked = { 'exit-after': '100ms', 'image-pull-fails': 'true', 'probes-fail': 'true' };
  const podOf = ([name, value]: [string, string]) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, annotations: { [`simulated.skiff.dev/${name}`]: value } },
    spec: { containers: [{ name: 'main', image: 'nginx:1', readinessProbe: { tcpSocket: { port: 80 } } }] },
  });
  const items = Object.entries(asked).map(podOf);
  await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
  const waiting = (reason: string, name: string) =>
    kubectl(
      'wait',
      `--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=${reason}`,
      `pod/${name}`,
      '--timeout=60s',
    );
  await waiting('CrashLoopBackOff', 'exit-after');
  await waiting('ImagePullBackOff', 'image-pull-fails');
  expect(await kubectl('describe', 'pod', 'probes-fail')).toContain(
    'Readiness probe failed: the probe is simulated to fail',
  );
  await kubectl('delete', 'pod', ...Object.keys(asked), '--timeout=60s');
});

test('what pods are asked to use is shown by every kubectl', async () => {
  const annotations = { 'simulated.skiff.dev/cpu-usage': '250m', 'simulated.skiff.dev/memory-usage': '64Mi' };
  const spec = {
    containers: [
      { name: 'main', image: 'nginx:1' },
      { name: 'side', image: 'nginx:1' },
    ],
  };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'busy', labels: { app: 'busy' }, annotations }, spec };
  await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(pod) });
  await kubectl('wait', '--for=condition=Ready', 'pod/busy', '--timeout=90s');
  for (const { path } of kubectls) {
    const top = async (...args: string[]) => {
      const { code, stdout, stderr } = await runKubectl(path, ['top', ...args], cluster.env);
      expect(`${code} ${stderr}`, `${path} top ${args}`).toBe('0 ');
      return stdout;
    };
    expect(await top('pods', '-l', 'app=busy', '--no-headers')).toMatch(/^busy +(49\d|50\d)m +128Mi +\n$/);
    expect(await top('pods', '-A', '--containers', '--sort-by=cpu', '-l', 'app=busy')).toMatch(
      /^NAMESPACE +POD +NAME +CPU\(cores\) +MEMORY\(bytes\) +\n(default +busy +(main|side) +2[45]\dm +64Mi +\n){2}$/,
    );
    expect((await top('nodes')).match(/^skiff-simulated-simulated-\S+ +\d+m +\d+% +\d+Mi +\d+% +$/gm)).toHaveLength(3);
  }
  const names = (await kubectl('get', 'nodes', '-o', 'name')).trim().split('\n');
  const ofNode = async (name: string) =>
    kubectl('get', '--raw', `/api/v1/nodes/${name.slice('node/'.length)}/proxy/metrics/resource`);
  const texts = await Promise.all(names.map(ofNode));
  expect(texts.join('')).toMatch(
    /^container_memory_working_set_bytes\{container="main",namespace="default",pod="busy"\} 67108864 \d+$/m,
  );
  await kubectl('delete', 'pod', 'busy', '--timeout=60s');
});

test('a kubelet serves whom roles let read its metrics, as a metrics server needs it', async () => {
  await kubectl('create', 'serviceaccount', 'scraper');
  await kubectl('create', 'clusterrole', 'scraper', '--verb=get', '--resource=nodes/metrics');
  await kubectl('create', 'clusterrolebinding', 'scraper', '--clusterrole=scraper', '--serviceaccount=default:scraper');
  const token = (await kubectl('create', 'token', 'scraper')).trim();
  const port = await kubectl(
    ...['get', 'nodes', '-o', 'jsonpath={.items[0].status.daemonEndpoints.kubeletEndpoint.Port}'],
  );
  const ask = async (path: string, authorization: string) => {
    const { status, body } = await sendRequest({ url: `https://127.0.0.1:${port}`, ca: '' }, path, {
      rejectUnauthorized: false,
      headers: { authorization },
    });
    return [status, body.toString().split('\n')[0]];
  };
  expect(await ask('/metrics/resource', `Bearer ${token}`)).toEqual([200, expect.stringMatching(/^# HELP/)]);
  expect(await ask('/containerLogs/default/web/main', `Bearer ${token}`)).toEqual([
    403,
    'Forbidden (user=system:serviceaccount:default:scraper, verb=get, resource=nodes, subresource(s)=[proxy])',
  ]);
  expect(await ask('/metrics/cadvisor', `Bearer ${token}`)).toEqual([200, expect.stringMatching(/^# HELP container_/)]);
  expect(await ask('/configz', `Bearer ${token}`)).toEqual([
    403,
    'Forbidden (user=system:serviceaccount:default:scraper, verb=get, resource=nodes, subresource(s)=[configz proxy])',
  ]);
  expect(await ask('/metrics/resource', 'Bearer nonsense')).toEqual([401, 'Unauthorized']);
  await kubectl('delete', 'clusterrolebinding/scraper', 'clusterrole/scraper', 'serviceaccount/scraper');
});

test('each page of a kubelet is open to whom a role gives its subresource, and to the API server’s proxy', async () => {
  const [node = '', port = ''] = (
    await kubectl(
      ...[
        'get',
        'nodes',
        '-o',
        'jsonpath={.items[0].metadata.name} {.items[0].status.daemonEndpoints.kubeletEndpoint.Port}',
      ],
    )
  ).split(' ');
  const pages: [subresource: string, path: string, content: RegExp][] = [
    ['healthz', '/healthz/ping', /^ok$/],
    ['configz', '/configz', /^\{"kubeletconfig":\{.*"clusterDomain":"cluster.local".*"maxPods":110/],
    ['pods', '/pods', /^\{"kind":"PodList","apiVersion":"v1"/],
    ['pods', '/runningpods/', /^\{"kind":"PodList","apiVersion":"v1"/],
    ['metrics', '/metrics', new RegExp(`^kubelet_node_name\\{node="${node}"\\} 1$`, 'm')],
    ['metrics', '/metrics/cadvisor', /^container_cpu_usage_seconds_total\{container="",id="\/"/m],
    ['metrics', '/metrics/probes', /^\n$|^# HELP prober_probe_total /],
    ['log', '/logs/', /^<pre>\n(<a href="[\w.-]+">[\w.-]+<\/a>\n)*<\/pre>\n$/],
    ['stats', '/stats/summary', /^\{"node":/],
  ];
  await kubectl('create', 'serviceaccount', 'reader');
  const token = (await kubectl('create', 'token', 'reader')).trim();
  for (const subresource of new Set(pages.map(([name]) => name))) {
    const role = ['clusterrole', `reader-${subresource}`];
    await kubectl('create', ...role, '--verb=get', `--resource=nodes/${subresource}`);
    const binding = ['clusterrolebinding', `reader-${subresource}`, `--clusterrole=reader-${subresource}`];
    await kubectl('create', ...binding, '--serviceaccount=default:reader');
    for (const [name, path, content] of pages) {
      const { status, body } = await sendRequest({ url: `https://127.0.0.1:${port}`, ca: '' }, path, {
        rejectUnauthorized: false,
        headers: { authorization: `Bearer ${token}` },
      });
      const isOpen = name === subresource;
      expect([path, subresource, status]).toEqual([path, subresource, isOpen ? 200 : 403]);
      expect(body.toString()).toMatch(isOpen ? content : /^Forbidden \(user=system:serviceaccount:default:reader, /);
    }
    await kubectl('delete', 'clusterrolebinding,clusterrole', `reader-${subresource}`);
  }
  for (const [, path, content] of pages) {
    expect(await kubectl('get', '--raw', `/api/v1/nodes/${node}/proxy${path}`)).toMatch(content);
  }
  await expect(kubectl('get', '--raw', `/api/v1/nodes/${node}/proxy/logs/..%2Fnode.key`)).rejects.toThrow();
});

test('rules for the restart of containers hold for simulated ones', async () => {
  const pod = (name: string, action: string, containers: object[], initContainers: object[] = []) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      annotations: { 'simulated.skiff.dev/exit-after': '300ms', 'simulated.skiff.dev/exit-code': '42' },
    },
    spec: {
      restartPolicy: 'Never',
      initContainers,
      containers: containers.map((each) => ({
        image: 'nginx:1',
        restartPolicy: 'Never',
        restartPolicyRules: [{ action, exitCodes: { operator: 'In', values: [42] } }],
        ...each,
      })),
    },
  });
  const setUp = { name: 'set-up', image: 'busybox' };
  const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [88] } }];
  const watcher = { name: 'watcher', image: 'busybox', restartPolicy: 'Always', restartPolicyRules: rules };
  const items = [
    pod('one-again', 'Restart', [{ name: 'main' }]),
    pod('all-again', 'RestartAllContainers', [{ name: 'main' }, { name: 'other' }], [setUp, watcher]),
    pod('never-again', 'Restart', [{ name: 'main', restartPolicyRules: [] }]),
  ];
  await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
  const restarts = (name: string, statuses = 'containerStatuses') =>
    kubectl('get', 'pod', name, '-o', `jsonpath={.status.${statuses}[*].restartCount}`);
  await kubectl('wait', '--for=jsonpath={.status.phase}=Failed', 'pod/never-again', '--timeout=60s');
  await expect.poll(() => restarts('one-again'), { timeout: 60_000 }).toMatch(/^[1-9]/);
  await expect.poll(() => restarts('all-again'), { timeout: 60_000 }).toMatch(/^[1-9]\d* [1-9]/);
  // Those that are done run again as well, the containers of the start included.
  await expect.poll(() => restarts('all-again', 'initContainerStatuses')).toMatch(/^[1-9]\d* [1-9]/);
  expect(await restarts('never-again')).toBe('0');
  await kubectl('delete', 'pod', 'one-again', 'all-again', 'never-again', '--timeout=60s');
});

// `Should recreate evicted statefulset` upstream.
test('a node rejects pods of a stateful set while their port is taken, and each is made again', async () => {
  const nodeName = 'skiff-simulated-simulated-worker';
  const containers = [{ name: 'main', image: 'nginx:1', ports: [{ containerPort: 21017, hostPort: 21017 }] }];
  const labels = { app: 'evicted' };
  const items = [
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'taker' }, spec: { nodeName, containers } },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'evicted' },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { nodeName, containers } } },
    },
  ];
  await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(items[0]) });
  await kubectl('wait', '--for=condition=Ready', 'pod/taker', '--timeout=60s');
  await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(items[1]) });
  const uid = () => kubectl('get', 'pod', 'evicted-0', '--ignore-not-found', '-o', 'jsonpath={.metadata.uid}');
  await expect.poll(uid, { timeout: 60_000 }).not.toBe('');
  const first = await uid();
  await expect.poll(async () => ['', first].includes(await uid()), { timeout: 60_000 }).toBe(false);
  const events = ['get', 'events', '--field-selector', 'involvedObject.name=evicted-0', '-o'];
  expect(await kubectl(...events, 'jsonpath={.items[0].message}')).toBe(
    "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
  );
  await kubectl('delete', 'pod', 'taker', '--timeout=60s');
  await kubectl('rollout', 'status', 'statefulset/evicted', '--timeout=60s');
  await kubectl('delete', 'statefulset', 'evicted', '--timeout=60s');
});

test('a stop ends the process, and a start brings every object back', async () => {
  const pid = processId();
  expect((await cluster.skiff('stop')).code).toBe(0);
  expect(await isAlive(pid)).toBe(false);
  expect(await status()).toMatchObject({ state: 'stopped' });
  expect(readFileSync(join(folder, 'nodes.log'), 'utf8')).not.toContain('Failed to release lease');
  await cluster.start();
  await kubectl('wait', '--for=condition=Available', 'deployment/web', '--timeout=90s');
  expect((await kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')).trim().split('\n')).toHaveLength(5);
});

test('nodes that end are started again, with everything in them', async () => {
  const supervisor = processId();
  const nodesOf = (pid: number): number => Number(execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }));
  const before = nodesOf(supervisor);
  process.kill(before, 'SIGKILL');
  await expect.poll(() => isAlive(before), { timeout: 20_000 }).toBe(false);
  // Until the next one listens, connections are refused.
  await expect.poll(() => kubectl('get', '--raw=/readyz'), { timeout: 60_000 }).toBe('ok');
  await kubectl('wait', '--for=condition=Ready', 'nodes', '--all', '--timeout=60s');
  await kubectl('wait', '--for=condition=Available', 'deployment/web', '--timeout=60s');
  expect(processId()).toBe(supervisor);
  expect(nodesOf(supervisor)).not.toBe(before);
  expect(readFileSync(join(folder, 'nodes.log'), 'utf8')).toContain(
    'supervisor: the agent was killed by SIGKILL; starting it again',
  );
});

test('a crash of the supervisor is an error with its log and its fix', async () => {
  const pid = processId();
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
  expect(await status()).toMatchObject({
    state: 'error',
    error: { code: 'NodesEnded', hint: expect.stringContaining('skiff start --profile simulated') },
  });
  await cluster.start();
  expect(await status()).toMatchObject({ state: 'running' });
});

test('a node that was deleted stays away, and joins again with the next start', async () => {
  const worker = 'skiff-simulated-simulated-worker';
  const nodes = async () => (await kubectl('get', 'nodes', '-o', 'name')).trim().split('\n');
  await kubectl('delete', 'node', worker);
  expect(await nodes()).toHaveLength(2);
  const { stderr } = await cluster.start();
  expect(stderr).toContain(`${worker} was deleted from the cluster, and joins it again`);
  expect(await nodes()).toContain(`node/${worker}`);
});

test('a delete leaves no process and no file', async () => {
  const pid = processId();
  expect((await cluster.skiff('delete')).code).toBe(0);
  expect(await isAlive(pid)).toBe(false);
  expect(existsSync(cluster.files)).toBe(false);
  rmSync(cluster.home, { recursive: true });
});
