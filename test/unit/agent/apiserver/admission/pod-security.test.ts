/** Pod security standards, by the labels of a namespace. The rows of checks are worded as upstream words them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiRequest } from '../../../../../agent/client/transport.ts';
import { pod, startApi, type TestApi } from '../api.ts';

let api: TestApi;
let count = 0;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

/** A namespace whose labels are these, `pod-security.kubernetes.io/` left out. */
async function aNamespace(labels: Record<string, string> = {}): Promise<string> {
  count += 1;
  const name = `ns-${count}`;
  const full = Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value]),
  );
  await api.create('/api/v1/namespaces', { metadata: { name, labels: full } });
  await api.create(`/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } });
  return name;
}

const podsIn = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`;

/** What the pod is refused for; '' where it is not. */
async function refusal(labels: Record<string, string>, subject: object): Promise<string> {
  const { body } = await api.request('POST', podsIn(await aNamespace(labels)), subject);
  return (body as { message?: string }).message ?? '';
}

async function warnings(method: ApiRequest['method'], path: string, body: unknown, headers = {}): Promise<string[]> {
  const { status, headers: answered } = await api.request(method, path, body, headers);
  expect(status).toBeLessThan(300);
  return [...String(answered.warning ?? '').matchAll(/299 - ("(?:[^"\\]|\\.)*")/g)].map(([, text = '']) =>
    JSON.parse(text),
  );
}

const mergePatch = { 'content-type': 'application/merge-patch+json' };
const security = (securityContext: object, more: object = {}) => ({
  ...pod('web', { containers: [{ name: 'a', image: 'web:1.0', securityContext, ...more }] }),
});
const hardened = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};
const locked = (spec: object = {}, context: object = {}) =>
  pod('web', {
    containers: [{ name: 'a', image: 'web:1.0', securityContext: { ...hardened, ...context } }],
    ...spec,
  });

const unmasked = { name: 'a', image: 'web:1.0', securityContext: { ...hardened, procMount: 'Unmasked' } };

describe('the restricted standard', () => {
  it('says all that is wrong with a pod, the checks in the order of their names', async () => {
    const subject = pod('web', {
      initContainers: [{ name: 'first', image: 'web:1.0' }],
      containers: [{ name: 'a', image: 'web:1.0' }],
    });
    expect(await refusal({ enforce: 'restricted' }, subject)).toBe(
      'pods "web" is forbidden: violates PodSecurity "restricted:latest": ' +
        'allowPrivilegeEscalation != false (containers "first", "a" must set securityContext.allowPrivilegeEscalation=false), ' +
        'unrestricted capabilities (containers "first", "a" must set securityContext.capabilities.drop=["ALL"]), ' +
        'runAsNonRoot != true (pod or containers "first", "a" must set securityContext.runAsNonRoot=true), ' +
        'seccompProfile (pod or containers "first", "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    );
  });

  it('takes a pod that gives up what it does not need', async () => {
    expect(await refusal({ enforce: 'restricted' }, locked())).toBe('');
  });

  it('names two hundred containers of a pod that has more', async () => {
    const containers = Array.from({ length: 201 }, (_, index) => ({
      name: `c${index}`,
      image: 'web:1.0',
      securityContext: { ...hardened, allowPrivilegeEscalation: true },
    }));
    expect(await refusal({ enforce: 'restricted' }, pod('web', { containers }))).toMatch(
      /"c199", \.\.\. must set securityContext.allowPrivilegeEscalation=false\)$/,
    );
  });

  it('names a generated pod by its name', async () => {
    const { metadata: _metadata, ...unnamed } = pod('');
    expect(await refusal({ enforce: 'restricted' }, { ...unnamed, metadata: { generateName: 'web-' } })).toMatch(
      /^pods "web-[a-z0-9]{5}" is forbidden: violates PodSecurity/,
    );
  });

  it.each([
    ['a root user', locked({ securityContext: { runAsUser: 0 } }), 'runAsUser=0 (pod must not set runAsUser=0)'],
    [
      'a container that insists on root',
      locked({}, { runAsNonRoot: false }),
      'runAsNonRoot != true (container "a" must not set securityContext.runAsNonRoot=false)',
    ],
    [
      'a capability that restricted pods may not add',
      locked({}, { capabilities: { drop: ['ALL'], add: ['CHOWN'] } }),
      'unrestricted capabilities (container "a" must not include "CHOWN" in securityContext.capabilities.add)',
    ],
    [
      'a volume of another type',
      locked({ volumes: [{ name: 'data', nfs: { server: 'host', path: '/' } }] }),
      'restricted volume types (volume "data" uses restricted volume type "nfs")',
    ],
    [
      'a path of the host, once',
      locked({
        volumes: [
          { name: 'data', hostPath: { path: '/' } },
          { name: 'tmp', emptyDir: {} },
        ],
      }),
      'restricted volume types (volume "data" uses restricted volume type "hostPath")',
    ],
    [
      'an unmasked /proc, even in a user namespace',
      pod('web', { hostUsers: false, containers: [unmasked] }),
      'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      'an unconfined container',
      locked({}, { seccompProfile: { type: 'Unconfined' } }),
      'seccompProfile (container "a" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
  ])('refuses %s', async (_what, subject, detail) => {
    expect(await refusal({ enforce: 'restricted' }, subject)).toBe(
      `pods "web" is forbidden: violates PodSecurity "restricted:latest": ${detail}`,
    );
  });

  it.each([
    ['v1.21', 'v1.21', false],
    ['v1.22', 'v1.22', true],
  ])('asks for dropped capabilities since 1.22: %s', async (version, shown, asks) => {
    const message = await refusal({ enforce: 'restricted', 'enforce-version': version }, security({}));
    expect(message).toContain(`violates PodSecurity "restricted:${shown}"`);
    expect(message.includes('unrestricted capabilities')).toBe(asks);
  });

  it('lets a pod of its own user namespace be root since 1.35', async () => {
    const subject = locked({ hostUsers: false, securityContext: { runAsUser: 0 } }, { runAsNonRoot: false });
    expect(await refusal({ enforce: 'restricted', 'enforce-version': 'v1.34' }, subject)).toContain('runAsUser=0');
    expect(await refusal({ enforce: 'restricted', 'enforce-version': 'v1.99' }, subject)).toBe('');
  });
});

describe('the baseline standard', () => {
  it.each([
    ['nothing odd', pod('web'), ''],
    [
      'a privileged container',
      security({ privileged: true }),
      'privileged (container "a" must not set securityContext.privileged=true)',
    ],
    [
      'namespaces of the host',
      pod('web', { hostNetwork: true, hostPID: true, hostIPC: true }),
      'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)',
    ],
    [
      'capabilities beyond those of runtimes',
      security({ capabilities: { add: ['SYS_ADMIN', 'NET_RAW', 'CHOWN'] } }),
      'non-default capabilities (container "a" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)',
    ],
    [
      'a path of the host',
      pod('web', { volumes: [{ name: 'data', hostPath: { path: '/' } }] }),
      'hostPath volumes (volume "data")',
    ],
    [
      'ports of the host',
      security({}, { ports: [{ containerPort: 80, hostPort: 8080 }] }),
      'hostPort (container "a" uses hostPort 8080)',
    ],
    [
      'a probe of another host',
      security({}, { livenessProbe: { tcpSocket: { port: 80, host: 'example.com' } } }),
      'probe or lifecycle host (container "a" uses probe or lifecycle host "example.com")',
    ],
    [
      'an unconfined AppArmor profile',
      pod('web', { securityContext: { appArmorProfile: { type: 'Unconfined' } } }),
      'forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")',
    ],
    ['an unmasked /proc in a user namespace of its own', pod('web', { hostUsers: false, containers: [unmasked] }), ''],
    [
      'options of SELinux',
      pod('web', { securityContext: { seLinuxOptions: { type: 'foo', user: 'u', role: 'r' } } }),
      'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "foo"; user may not be set; role may not be set)',
    ],
    [
      'an unconfined seccomp profile',
      pod('web', { securityContext: { seccompProfile: { type: 'Unconfined' } } }),
      'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      'unsafe sysctls',
      pod('web', {
        securityContext: {
          sysctls: [
            { name: 'net.ipv4.tcp_rmem', value: '1' },
            { name: 'kernel.msgmax', value: '1' },
          ],
        },
      }),
      'forbidden sysctls (kernel.msgmax)',
    ],
    [
      'a process of a Windows host',
      pod('web', {
        os: { name: 'windows' },
        hostNetwork: true,
        securityContext: { windowsOptions: { hostProcess: true } },
      }),
      'host namespaces (hostNetwork=true), hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
    ],
  ])('of a pod with %s', async (_what, subject, detail) => {
    const message = await refusal({ enforce: 'baseline' }, subject);
    expect(message).toBe(detail && `pods "web" is forbidden: violates PodSecurity "baseline:latest": ${detail}`);
  });
});

describe('a namespace', () => {
  it('takes only levels and versions that there are', async () => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'strict', 'pod-security.kubernetes.io/warn-version': '1.2' };
    expect(await api.refused('POST', '/api/v1/namespaces', { metadata: { name: 'odd', labels } })).toMatchObject({
      code: 422,
      message:
        'Namespace "odd" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted, ' +
        'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.2": must be "latest" or "v1.x"]',
    });
  });

  it('whose level rises warns of the pods that it has', async () => {
    const namespace = await aNamespace();
    for (const name of ['c', 'b', 'a']) await api.create(podsIn(namespace), pod(name));
    await api.create(podsIn(namespace), pod('host', { hostNetwork: true }));
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    expect(await warnings('PATCH', `/api/v1/namespaces/${namespace}`, { metadata: { labels } }, mergePatch)).toEqual([
      `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "restricted:latest"`,
      'a (and 2 other pods): allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
      'host: host namespaces, allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
    ]);
  });

  it('whose level sinks, or only warns, says nothing', async () => {
    const namespace = await aNamespace({ enforce: 'baseline' });
    await api.create(podsIn(namespace), pod('a'));
    const set = (labels: object) =>
      warnings('PATCH', `/api/v1/namespaces/${namespace}`, { metadata: { labels } }, mergePatch);
    expect(await set({ 'pod-security.kubernetes.io/warn': 'restricted' })).toEqual([]);
    expect(await set({ 'pod-security.kubernetes.io/enforce': 'privileged' })).toEqual([]);
  });
});

describe('a warning', () => {
  const detail = 'host namespaces (hostNetwork=true)';

  it('goes to whoever makes a pod that is within what is enforced alone', async () => {
    const namespace = await aNamespace({ warn: 'baseline', 'warn-version': 'v1.30' });
    expect(await warnings('POST', podsIn(namespace), pod('web', { hostNetwork: true }))).toEqual([
      `would violate PodSecurity "baseline:v1.30": ${detail}`,
    ]);
  });

  it.each([
    ['deployments', 'apps/v1'],
    ['statefulsets', 'apps/v1'],
    ['jobs', 'batch/v1'],
    ['cronjobs', 'batch/v1'],
  ])('goes to whoever writes %s, which are not refused', async (plural, version) => {
    const namespace = await aNamespace({ enforce: 'baseline' });
    const labels = { app: 'web' };
    const template = {
      metadata: { labels },
      spec: { ...pod('x').spec, hostNetwork: true, restartPolicy: 'OnFailure' },
    };
    const always = { ...template, spec: { ...template.spec, restartPolicy: 'Always' } };
    const specs: Record<string, object> = {
      deployments: { selector: { matchLabels: labels }, template: always },
      statefulsets: { selector: { matchLabels: labels }, template: always },
      jobs: { template },
      cronjobs: { schedule: '* * * * *', jobTemplate: { spec: { template } } },
    };
    const url = `/apis/${version}/namespaces/${namespace}/${plural}`;
    expect(await warnings('POST', url, { metadata: { name: 'web' }, spec: specs[plural] })).toContain(
      `would violate PodSecurity "baseline:latest": ${detail}`,
    );
  });
});

describe('an update of a pod', () => {
  it('is checked where an image changes, and not where labels do', async () => {
    const namespace = await aNamespace();
    await api.create(podsIn(namespace), pod('web', { hostNetwork: true }));
    const labels = { 'pod-security.kubernetes.io/enforce': 'baseline' };
    await api.request('PATCH', `/api/v1/namespaces/${namespace}`, { metadata: { labels } }, mergePatch);
    const path = `${podsIn(namespace)}/web`;
    const labelled = await api.request('PATCH', path, { metadata: { labels: { a: 'b' } } }, mergePatch);
    expect(labelled.status).toBe(200);
    const spec = { containers: [{ name: 'main', image: 'web:2.0' }] };
    expect(
      await api.refused('PATCH', path, { spec }, { 'content-type': 'application/strategic-merge-patch+json' }),
    ).toMatchObject({ code: 403, message: expect.stringContaining('violates PodSecurity "baseline:latest"') });
  });

  it('is checked where a container comes to debug it', async () => {
    const namespace = await aNamespace({ enforce: 'baseline' });
    await api.create(podsIn(namespace), pod('web'));
    const debug = { name: 'debug', image: 'web:1.0', securityContext: { privileged: true } };
    expect(
      await api.refused(
        'PATCH',
        `${podsIn(namespace)}/web/ephemeralcontainers`,
        { spec: { ephemeralContainers: [debug] } },
        { 'content-type': 'application/strategic-merge-patch+json' },
      ),
    ).toMatchObject({
      message:
        'pods "web" is forbidden: violates PodSecurity "baseline:latest": privileged (container "debug" must not set securityContext.privileged=true)',
    });
  });
});
