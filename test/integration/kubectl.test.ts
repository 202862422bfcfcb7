/** What people type, with every kubectl of this machine, against the API server alone. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { followKubectl } from '../cluster/kubectl.ts';
import { withKubectls } from '../obstacles.ts';
import { startTestApiServer, type TestApiServer } from './harness.ts';
import { typedKubectl } from './typed-kubectl.ts';

const deployment = (replicas: number, image = 'web:1.0') => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "${image}", ports: [{containerPort: 80}]}
`;

withKubectls('commands', ({ path }) => {
  let api: TestApiServer;
  let namespace = 0;

  const { env, run, kubectl, get } = typedKubectl(
    path,
    () => api.kubeconfig,
    () => `test-${namespace}`,
  );
  /** What a command that must fail says. */
  const refused = async (line: string, input = ''): Promise<string> => {
    const { code, stderr } = await run(line.split(' '), input);
    expect(code, `kubectl ${line}`).toBe(1);
    return stderr;
  };

  beforeAll(async () => {
    api = await startTestApiServer();
  });
  afterAll(async () => {
    await api.close();
  });
  beforeEach(async () => {
    namespace += 1;
    await kubectl(`create namespace test-${namespace}`);
    await kubectl('create serviceaccount default');
  });

  it('discovers what is served', async () => {
    const resources = await kubectl('api-resources --no-headers');
    expect(resources).toMatch(/^deployments +deploy +apps\/v1 +true +Deployment/m);
    expect(resources).toMatch(/^pods +po +v1 +true +Pod/m);
    expect((await kubectl('api-versions')).split('\n')).toEqual(
      expect.arrayContaining(['apps/v1', 'coordination.k8s.io/v1', 'discovery.k8s.io/v1', 'events.k8s.io/v1', 'v1']),
    );
    expect(await kubectl('version -o json')).toContain('"gitVersion": "v1.36.3"');
  });

  it('applies, applies again, changes and deletes', async () => {
    expect(await kubectl('apply -f -', deployment(1))).toBe('deployment.apps/web created\n');
    expect(await kubectl('apply -f -', deployment(1))).toBe('deployment.apps/web unchanged\n');
    expect(await kubectl('apply -f -', deployment(3))).toBe('deployment.apps/web configured\n');
    expect(await get('deployment web', '.spec.replicas')).toBe('3');
    expect(await kubectl('get deployments')).toMatch(/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +0\/3 +0 +0 +/);
    expect(await kubectl('delete -f -', deployment(3))).toMatch(/^deployment.apps "web" deleted/);
    expect(await refused('get deployment web')).toBe(
      'Error from server (NotFound): deployments.apps "web" not found\n',
    );
  });

  it('applies on the server, and says who owns what is in the way', async () => {
    const apply = 'apply --server-side -f -';
    expect(await kubectl(apply, deployment(1))).toBe('deployment.apps/web serverside-applied\n');
    const made = await get('deployment web', '.metadata.resourceVersion');
    expect(await kubectl(apply, deployment(1))).toBe('deployment.apps/web serverside-applied\n');
    expect(await get('deployment web', '.metadata.resourceVersion')).toBe(made);
    await kubectl('set image deployment/web web=web:2.0');
    expect(await refused(apply, deployment(1))).toContain(
      'conflict with "kubectl-set" using apps/v1: .spec.template.spec.containers[name="web"].image',
    );
    await kubectl(`${apply} --force-conflicts`, deployment(3));
    expect(await get('deployment web', '.spec.template.spec.containers[0].image')).toBe('web:1.0');
    expect(await kubectl(`${apply} --field-manager=other --dry-run=server`, deployment(3))).toBe(
      'deployment.apps/web serverside-applied (server dry run)\n',
    );
    const { code, stdout } = await run(['diff', '--server-side', '-f', '-'], deployment(5));
    expect([code, stdout.includes('-  replicas: 3\n+  replicas: 5\n')]).toEqual([1, true]);
  });

  it('goes on from a client-side to a server-side apply and back', async () => {
    await kubectl('apply -f -', deployment(1));
    expect(await kubectl('apply --server-side -f -', deployment(2, 'web:2.0'))).toBe(
      'deployment.apps/web serverside-applied\n',
    );
    expect(await kubectl('apply -f -', deployment(3))).toContain('deployment.apps/web configured');
    expect(await get('deployment web', '.spec.replicas')).toBe('3');
  });

  it('shows the difference before it applies it', async () => {
    await kubectl('apply -f -', deployment(1));
    const { code, stdout } = await run(['diff', '-f', '-'], deployment(5));
    expect(code).toBe(1);
    expect(stdout).toContain('-  replicas: 1\n+  replicas: 5\n');
    expect(await get('deployment web', '.spec.replicas')).toBe('1');
  });

  it('creates, replaces and refuses to create twice', async () => {
    await kubectl('create -f -', deployment(1));
    expect(await refused('create -f -', deployment(1))).toContain('deployments.apps "web" already exists');
    expect(await kubectl('replace -f -', deployment(2))).toBe('deployment.apps/web replaced\n');
    const stale = deployment(4).replace('{name: web,', '{name: web, resourceVersion: "1",');
    expect(await refused('replace -f -', stale)).toContain(
      'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
    );
  });

  it('makes things without a manifest', async () => {
    await kubectl('create deployment web --image=web:1.0 --replicas=2');
    await kubectl('run shell --image=busybox:1 --restart=Never -- sleep 60');
    await kubectl('create configmap settings --from-literal=color=blue');
    await kubectl('create secret generic password --from-literal=password=secret');
    await kubectl('expose deployment web --port=80 --target-port=80 --type=NodePort');
    expect(await get('deployment web', '.spec.replicas')).toBe('2');
    expect(await get('pod shell', '.spec.containers[0].args')).toMatch(/sleep.*60/);
    expect(await get('configmap settings', '.data.color')).toBe('blue');
    expect(await get('secret password', '.data.password')).toBe('c2VjcmV0');
    expect(await kubectl('get service web')).toMatch(/web +NodePort +10\.\d+\.\d+\.\d+ +<none> +80:3\d{4}\/TCP/);
  });

  it('patches in every way', async () => {
    await kubectl('apply -f -', deployment(1));
    const patch = (type: string, body: unknown) =>
      run(['patch', 'deployment', 'web', '--type', type, '-p', JSON.stringify(body)]);
    const container = { name: 'web', env: [{ name: 'COLOR', value: 'blue' }] };
    expect((await patch('strategic', { spec: { template: { spec: { containers: [container] } } } })).code).toBe(0);
    expect(await get('deployment web', '.spec.template.spec.containers[0].image')).toBe('web:1.0');
    expect((await patch('merge', { spec: { replicas: 2 } })).code).toBe(0);
    expect((await patch('json', [{ op: 'replace', path: '/spec/replicas', value: 4 }])).code).toBe(0);
    expect(await get('deployment web', '.spec.replicas')).toBe('4');
    await kubectl('set image deployment/web web=web:2.0');
    expect(await get('deployment web', '.spec.template.spec.containers[0].image')).toBe('web:2.0');
  });

  it('labels, annotates and scales', async () => {
    await kubectl('apply -f -', deployment(1));
    await kubectl('label deployment web tier=front');
    await kubectl('annotate deployment web note=hello');
    expect(await refused('label deployment web tier=back')).toContain("'tier' already has a value (front)");
    expect(await kubectl('get deployments -l tier=front -o name')).toBe('deployment.apps/web\n');
    expect(await kubectl('scale deployment web --replicas=6')).toBe('deployment.apps/web scaled\n');
    expect(await get('deployment web', '.spec.replicas')).toBe('6');
  });

  it('names unknown and invalid fields', async () => {
    // Before 1.25 the client checks by itself, in other words.
    expect(await refused('apply -f -', deployment(1).replace('replicas', 'replica'))).toMatch(
      /unknown field "(spec\.replica|replica)"/,
    );
    expect(await refused('apply -f -', deployment(1).replace('replicas: 1', 'replicas: -1'))).toContain(
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
    expect(
      await refused('apply -f -', deployment(1).replace('matchLabels: {app: web}', 'matchLabels: {app: other}')),
    ).toContain('`selector` does not match template `labels`');
  });

  it('takes manifests of retired versions, with a warning, and shows them as current', async () => {
    const retired = deployment(1).replace('apps/v1', 'extensions/v1beta1');
    const { code, stdout, stderr } = await run(['apply', '-f', '-'], retired);
    expect([code, stdout]).toEqual([0, 'deployment.extensions/web created\n']);
    expect(stderr).toContain(
      'Warning: extensions/v1beta1 Deployment is deprecated in v1.8+, unavailable in v1.16+; use apps/v1 Deployment',
    );
    expect(await kubectl('apply -f -', retired)).toBe('deployment.extensions/web unchanged\n');
    expect(await kubectl('get all -o name')).toBe('deployment.apps/web\n');
    expect(await kubectl('get deploy -o name')).toBe('deployment.apps/web\n');
  });

  it('refuses in plain words what is not served', async () => {
    const gateway = 'apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: web}\n';
    expect(await refused('apply -f -', gateway)).toContain(
      'no matches for kind "Gateway" in version "gateway.networking.k8s.io/v1"',
    );
    expect(await refused('top pods')).toBe('error: Metrics API not available\n');
  });

  it('acts as somebody else', async () => {
    const review = 'apiVersion: authentication.k8s.io/v1\nkind: SelfSubjectReview\n';
    const groups = '{.status.userInfo.username} {.status.userInfo.groups}';
    expect(
      await run(['create', '--as=bob', '--as-group=dev', '-f', '-', '-o', `jsonpath=${groups}`], review),
    ).toMatchObject({ code: 0, stdout: 'bob ["dev","system:authenticated"]' });
  });

  it('describes a service with its address families', async () => {
    await kubectl('create service clusterip web --tcp=80:8080');
    expect(await kubectl('describe service web')).toMatch(/^IP Family Policy: +SingleStack\nIP Families: +IPv4$/m);
  });

  it('describes, explains and prints', async () => {
    await kubectl('apply -f -', deployment(1));
    await kubectl('run shell --image=busybox:1');
    expect(await kubectl('describe deployment web')).toMatch(/Replicas: +1 desired/);
    expect(await kubectl('describe pod shell')).toMatch(/Service Account: +default|Status: +Pending/);
    expect(await kubectl('explain deployment.spec.strategy')).toContain('rollingUpdate');
    expect(await kubectl('get pods -o wide')).toMatch(
      /^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\nshell +0\/1 +Pending +0 +/,
    );
    expect(await kubectl('get pod shell -o yaml')).toMatch(/^apiVersion: v1\nkind: Pod\nmetadata:\n/);
    expect(await kubectl('get all -o name')).toContain('pod/shell\n');
    expect(await kubectl('get events')).toBe('');
  });

  it('waits for a deletion and for a condition', async () => {
    await kubectl('run shell --image=busybox:1');
    await kubectl('delete pod shell --wait=true');
    await kubectl('apply -f -', deployment(1));
    const waiting = kubectl('wait --for=condition=Available deployment/web --timeout=90s');
    const path = `/apis/apps/v1/namespaces/test-${namespace}/deployments/web/status`;
    const conditions = [{ type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'x' }];
    const headers = { 'content-type': 'application/merge-patch+json' };
    await api.transport.request({ method: 'PATCH', path, body: { status: { conditions } }, headers });
    expect(await waiting).toBe('deployment.apps/web condition met\n');
  });

  it('watches', async () => {
    const watch = followKubectl(path, ['-n', `test-${namespace}`, 'get', 'configmaps', '-w'], env());
    await kubectl('create configmap one --from-literal=a=b');
    await kubectl('create configmap two --from-literal=a=b');
    await expect.poll(() => watch.output()).toMatch(/^NAME +DATA +AGE\none +1 +\d+s\ntwo +1 +\d+s\n/);
    await watch.stop();
  });

  it('asks what it may do, and gets a token', async () => {
    expect(await kubectl('auth can-i delete pods')).toBe('yes\n');
  });
});
