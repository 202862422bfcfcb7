/** Limit ranges, quotas and pod security standards, with every kubectl of this machine. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { withKubectls } from '../obstacles.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { typedKubectl } from './typed-kubectl.ts';

const limitRange = `
apiVersion: v1
kind: LimitRange
metadata: {name: limits}
spec: {limits: [{type: Container, max: {cpu: "2"}, default: {cpu: 500m}, defaultRequest: {cpu: 250m}}]}
`;
const quota = `
apiVersion: v1
kind: ResourceQuota
metadata: {name: compute}
spec: {hard: {requests.cpu: "1", pods: "3", count/configmaps: "4"}}
`;
const pod = (name: string, spec = '', cpu = '') => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec: {containers: [{name: main, image: "web:1.0"${cpu && `, resources: {limits: {cpu: "${cpu}"}}`}}]${spec}}
`;
/** What the lab of security contexts asks for, in the restricted standard. */
const locked = `
apiVersion: v1
kind: Pod
metadata: {name: locked}
spec:
  securityContext: {runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  volumes: [{name: data, emptyDir: {}}]
  containers:
  - name: c
    image: busybox:1
    securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
    volumeMounts: [{name: data, mountPath: /data}]
`;

withKubectls('a namespace with rules', ({ path }) => {
  let plane: ControlPlane;
  let namespace = 0;

  const { run, both } = typedKubectl(
    path,
    () => plane.api.kubeconfig,
    () => `test-${namespace}`,
  );
  /** What a command that must succeed prints, warnings included. */
  const kubectl = async (line: string, input?: string): Promise<string> => {
    const { stdout, stderr } = await both(line, input);
    return stdout + stderr;
  };
  const refusal = async (line: string, input = ''): Promise<string> => {
    const { code, stderr } = await run(line.split(' '), input);
    expect(code, `kubectl ${line}`).not.toBe(0);
    return stderr;
  };

  beforeAll(async () => {
    plane = await startControlPlane();
  });
  afterAll(async () => {
    await plane.close();
  });
  beforeEach(async () => {
    namespace += 1;
    await kubectl(`create namespace test-${namespace}`);
    await expect.poll(() => run(['get', 'serviceaccount', 'default'])).toMatchObject({ code: 0 });
  });

  const counted = () =>
    expect.poll(async () => (await run(['get', 'quota', 'compute', '-o', 'jsonpath={.status.used}'])).stdout);

  it('describes its limits, fills them in and keeps to them', async () => {
    await kubectl('create -f -', limitRange);
    expect(await kubectl('describe limitrange limits')).toMatch(/^Container\s+cpu\s+-\s+2\s+250m\s+500m\s+-\s*$/m);
    await kubectl('create -f -', pod('web'));
    expect(await kubectl('get pod web -o jsonpath={.spec.containers[0].resources}')).toBe(
      '{"limits":{"cpu":"500m"},"requests":{"cpu":"250m"}}',
    );
    expect(await refusal('create -f -', pod('large', '', '3'))).toContain(
      'pods "large" is forbidden: maximum cpu usage per Container is 2, but limit is 3',
    );
    expect(await kubectl(`describe namespace test-${namespace}`)).toMatch(/Resource Limits\n[\s\S]*Container\s+cpu/);
  });

  it('describes its quota, which pods use up and give back', async () => {
    await kubectl('create -f -', quota);
    await counted().toContain('"pods":"0"');
    await kubectl('create -f -', pod('a', '', '600m'));
    expect(await kubectl('describe quota compute')).toMatch(/^requests\.cpu\s+600m\s+1\s*$/m);
    expect(await kubectl('get quota compute --no-headers')).toContain('requests.cpu: 600m/1');
    expect(await refusal('create -f -', pod('b', '', '500m'))).toContain(
      'pods "b" is forbidden: exceeded quota: compute, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
    );
    expect(await refusal('create -f -', pod('c'))).toContain(
      'pods "c" is forbidden: failed quota: compute: must specify requests.cpu for: main',
    );
    await kubectl('delete pod a --grace-period=0 --force');
    await counted().toContain('"requests.cpu":"0"');
    await kubectl('create -f -', pod('b', '', '500m'));
    expect(await kubectl(`describe namespace test-${namespace}`)).toMatch(/Resource Quotas\n\s+Name:\s+compute/);
  });

  it('lets a replica set say why a quota refuses its pods', async () => {
    await kubectl('create quota compute --hard=pods=1');
    await counted().toContain('"pods":"0"');
    await kubectl('create deployment web --image=web:1.0 --replicas=2');
    await counted().toContain('"pods":"1"');
    await expect
      .poll(() => kubectl('get events -o jsonpath={.items[*].message}'))
      .toMatch(
        /pods "web-[a-z0-9]+-[a-z0-9]{5}" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=1/,
      );
  });

  it('warns of what a stricter standard would refuse, and then refuses it', async () => {
    await kubectl('create -f -', pod('before'));
    expect(await kubectl(`label namespace test-${namespace} pod-security.kubernetes.io/enforce=restricted`)).toContain(
      `Warning: existing pods in namespace "test-${namespace}" violate the new PodSecurity enforce level "restricted:latest"\n` +
        'Warning: before: allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
    );
    expect(await refusal('create -f -', pod('after'))).toContain(
      'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false)',
    );
    await kubectl('create -f -', locked);
    expect(await kubectl('create deployment web --image=web:1.0')).toContain(
      'Warning: would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "web" must set',
    );
    expect(
      await refusal(`label --overwrite namespace test-${namespace} pod-security.kubernetes.io/enforce=strict`),
    ).toContain('must be one of privileged, baseline, restricted');
  });
});
