/** What the kubelet does for a pod on a real engine, as the newest kubectl shows it. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { kubernetesVersion } from '../../agent/api/version.ts';
import { withNewestKubectl } from '../obstacles.ts';
import { eventually, useLab } from './lab.ts';
import { podManifest } from './pods.ts';

interface Status {
  status: {
    phase: string;
    hostIP: string;
    podIP: string;
    containerStatuses: {
      restartCount: number;
      state: { waiting?: { reason: string; message: string }; terminated?: { exitCode: number; message?: string } };
      lastState: { terminated?: { exitCode: number; reason: string } };
    }[];
  };
}

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' });
const shell = (script: string) => ({ image: 'busybox:1', command: ['sh', '-c', script] });
const idle = shell('trap "exit 0" TERM; sleep 100000 & wait');

withNewestKubectl('the kubelet, seen', (binary) => {
  const lab = useLab('kubelet', binary);
  const apply = (name: string, spec: Parameters<typeof podManifest>[1]) =>
    lab.kubectl('apply -f -', { input: podManifest(name, spec) });
  const statusOf = async (name: string) => (await lab.json<Status>(`get pod ${name}`)).status;
  const container = async (name: string) => (await statusOf(name)).containerStatuses[0];
  const ended = (name: string, phase: string) =>
    lab.kubectl(`wait --for=jsonpath={.status.phase}=${phase} pod/${name} --timeout=150s`);
  const events = (name: string) =>
    lab.kubectl([
      'get',
      'events',
      '--field-selector',
      `involvedObject.name=${name}`,
      '-o',
      'custom-columns=R:.reason,M:.message',
    ]);

  test('the logs of a pod that completed are all there, and following them ends', async () => {
    await apply('done', { restartPolicy: 'Never', containers: [shell('echo hello; sleep 1; echo world')] });
    await eventually(() => lab.kubectl('logs done'));
    expect(await lab.kubectl('logs -f done')).toBe('hello\nworld\n');
    await ended('done', 'Succeeded');
    expect(await lab.kubectl('logs done')).toBe('hello\nworld\n');
    expect(await lab.kubectl('logs done --tail=1')).toBe('world\n');
    expect(await lab.kubectl('get pod done')).toMatch(/done +0\/1 +Completed +0/);
  });

  test('a container runs its hooks after its start and before its stop', async () => {
    const volumes = [{ name: 'h', hostPath: { path: `/tmp/${lab.namespace}`, type: 'DirectoryOrCreate' } }];
    const volumeMounts = [{ name: 'h', mountPath: '/h' }];
    const lifecycle = {
      postStart: { exec: { command: ['sh', '-c', 'echo started > /h/post'] } },
      preStop: { exec: { command: ['sh', '-c', 'echo stopping > /h/pre'] } },
    };
    await apply('hooked', { volumes, containers: [{ ...idle, volumeMounts, lifecycle }] });
    await lab.ready('pod/hooked');
    expect(await lab.kubectl('exec hooked -- cat /h/post')).toBe('started\n');
    const nodeName = await lab.kubectl('get pod hooked -o jsonpath={.spec.nodeName}');
    await apply('witness', { nodeName, volumes, containers: [{ ...idle, volumeMounts }] });
    await lab.ready('pod/witness');
    await lab.kubectl('delete pod hooked');
    expect(await lab.kubectl('exec witness -- cat /h/pre')).toBe('stopping\n');
  });

  test('a container whose post-start hook fails is killed and told of', async () => {
    const lifecycle = { postStart: { exec: { command: ['sh', '-c', 'echo oops; exit 7'] } } };
    await apply('badhook', { terminationGracePeriodSeconds: 1, containers: [{ ...idle, lifecycle }] });
    await eventually(async () => {
      const told = await events('badhook');
      // Neither the command nor its output, which may hold secrets.
      expect(told).toMatch(/^FailedPostStartHook +PostStartHook failed$/m);
      expect(told).toMatch(/^Killing +FailedPostStartHook/m);
    });
    await eventually(async () => expect((await container('badhook'))?.restartCount).toBeGreaterThan(0));
  });

  test('a probe that takes too long fails, again and again', async () => {
    const readinessProbe = { exec: { command: ['sleep', '60'] }, timeoutSeconds: 1, periodSeconds: 1 };
    await apply('slow', { terminationGracePeriodSeconds: 1, containers: [{ ...idle, readinessProbe }] });
    await eventually(async () => {
      const counts = await lab.kubectl(
        'get events --field-selector involvedObject.name=slow,reason=Unhealthy -o custom-columns=C:.count,M:.message',
      );
      expect(counts).toMatch(/^([2-9]|\d\d) +Readiness probe failed: command "sleep 60" timed out/m);
    });
    await lab.kubectl('delete pod slow');
  });

  test('a hook before the stop that never ends is given up, and told of', async () => {
    const lifecycle = { preStop: { exec: { command: ['sleep', '1000'] } } };
    await apply('stuck', { terminationGracePeriodSeconds: 2, containers: [{ ...idle, lifecycle }] });
    await lab.ready('pod/stuck');
    await lab.kubectl('delete pod stuck --timeout=30s');
    expect(await events('stuck')).toMatch(/^FailedPreStopHook +PreStopHook failed$/m);
  });

  test('a crash loop is worded as upstream words it, and the run before can be read', async () => {
    await apply('crash', { containers: [shell('echo run; exit 3')] });
    await eventually(async () => {
      const status = await container('crash');
      expect(status?.state.waiting?.reason).toBe('CrashLoopBackOff');
      expect(status?.restartCount).toBe(1);
      expect(status?.state.waiting?.message).toMatch(
        new RegExp(`^back-off 10s restarting failed container=c pod=crash_${lab.namespace}\\([0-9a-f-]{36}\\)$`),
      );
      expect(status?.lastState.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    });
    expect(await lab.kubectl('get pod crash')).toMatch(/crash +0\/1 +CrashLoopBackOff +\d+ \(/);
    expect(await lab.kubectl('logs crash --previous')).toBe('run\n');
    await eventually(async () =>
      expect(await events('crash')).toMatch(/^BackOff +Back-off restarting failed container c in pod crash_/m),
    );
  });

  test('a rule restarts the exit codes that it names in a pod that never restarts', async () => {
    const volumes = [{ name: 'd', emptyDir: {} }];
    const ruled = (script: string, action: string) => ({
      ...shell(script),
      restartPolicy: 'Never',
      restartPolicyRules: [{ action, exitCodes: { operator: 'In', values: [42] } }],
      volumeMounts: [{ name: 'd', mountPath: '/d' }],
    });
    const onceThen = (after: string) => `echo run; if [ -e /d/again ]; then ${after}; fi; touch /d/again; exit 42`;
    await apply('ruled', { restartPolicy: 'Never', volumes, containers: [ruled(onceThen('exit 0'), 'Restart')] });
    await apply('unruled', { restartPolicy: 'Never', volumes, containers: [ruled('exit 7', 'Restart')] });
    await ended('ruled', 'Succeeded');
    await ended('unruled', 'Failed');
    expect(await container('ruled')).toMatchObject({ restartCount: 1, state: { terminated: { exitCode: 0 } } });
    expect((await container('unruled'))?.restartCount).toBe(0);
  });

  test('a container of its own policy restarts in a pod that never does', async () => {
    const volumes = [{ name: 'd', emptyDir: {} }];
    const script = 'if [ -e /d/again ]; then exit 0; fi; touch /d/again; exit 1';
    const own = { ...shell(script), restartPolicy: 'OnFailure', volumeMounts: [{ name: 'd', mountPath: '/d' }] };
    await apply('own-policy', { restartPolicy: 'Never', volumes, containers: [own] });
    await ended('own-policy', 'Succeeded');
    expect((await container('own-policy'))?.restartCount).toBe(1);
  });

  test('a rule restarts all containers, and the init containers run again', async () => {
    const volumes = [{ name: 'd', emptyDir: {} }];
    const volumeMounts = [{ name: 'd', mountPath: '/d' }];
    const trigger = {
      ...shell('echo run >> /d/runs; if [ $(wc -l </d/runs) -gt 1 ]; then sleep 100000; fi; sleep 1; exit 42'),
      name: 'trigger',
      restartPolicy: 'Never',
      restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }],
      volumeMounts,
    };
    await apply('all-restart', {
      restartPolicy: 'Never',
      volumes,
      initContainers: [{ ...shell('echo init >> /d/inits'), name: 'init', volumeMounts }],
      containers: [{ ...idle, volumeMounts }, trigger],
    });
    const each = '{.status.initContainerStatuses[*].restartCount} {.status.containerStatuses[*].restartCount}';
    const counts = () => lab.kubectl(['get', 'pod', 'all-restart', '-o', `jsonpath=${each}`]);
    await eventually(async () => expect(await counts()).toBe('1 1 1'));
    await lab.ready('pod/all-restart');
    expect(await lab.kubectl('exec all-restart -c c -- cat /d/inits')).toBe('init\ninit\n');
    const condition = '{.status.conditions[?(@.type=="AllContainersRestarting")].status}';
    await eventually(async () =>
      expect(await lab.kubectl(['get', 'pod', 'all-restart', '-o', `jsonpath=${condition}`])).toBe('False'),
    );
    expect((await container('all-restart'))?.lastState.terminated).toMatchObject({
      exitCode: 137,
      reason: 'RestartingAllContainers',
    });
  });

  test('init containers run in order; one that fails for good ends the pod', async () => {
    const volumes = [{ name: 'd', emptyDir: {} }];
    const volumeMounts = [{ name: 'd', mountPath: '/d' }];
    const step = (name: string) => ({ ...shell(`echo ${name} >> /d/steps`), name, volumeMounts });
    const reader = { ...shell('cat /d/steps'), volumeMounts };
    await apply('ordered', {
      restartPolicy: 'Never',
      volumes,
      initContainers: [step('one'), step('two')],
      containers: [reader],
    });
    await apply('init-fails', {
      restartPolicy: 'Never',
      initContainers: [{ ...shell('exit 9'), name: 'i' }],
      containers: [idle],
    });
    await ended('ordered', 'Succeeded');
    expect(await lab.kubectl('logs ordered -c c')).toBe('one\ntwo\n');
    await ended('init-fails', 'Failed');
    expect(await lab.kubectl('get pod init-fails')).toMatch(/init-fails +0\/1 +Init:Error +0/);
  });

  test('OnFailure restarts what failed and leaves what succeeded', async () => {
    const volumes = [{ name: 'd', emptyDir: {} }];
    const once = {
      ...shell('[ -f /d/seen ] && exit 0; touch /d/seen; exit 1'),
      volumeMounts: [{ name: 'd', mountPath: '/d' }],
    };
    await apply('retry', { restartPolicy: 'OnFailure', volumes, containers: [once] });
    await ended('retry', 'Succeeded');
    expect((await container('retry'))?.restartCount).toBe(1);
  });

  test('a sidecar starts before and ends after the others, and the pod is over when it has ended', async () => {
    const sidecar = {
      ...shell('trap "echo bye; exit 0" TERM; echo up; sleep 100000 & wait'),
      name: 'side',
      restartPolicy: 'Always',
    };
    await apply('with-side', { restartPolicy: 'Never', initContainers: [sidecar], containers: [shell('echo main')] });
    await ended('with-side', 'Succeeded');
    expect(await lab.kubectl('logs with-side -c side')).toBe('up\nbye\n');
    expect(await lab.kubectl('logs with-side -c c')).toBe('main\n');
  });

  test('what a container says last is in its status', async () => {
    const failing = { ...shell('echo the reason; exit 4'), terminationMessagePolicy: 'FallbackToLogsOnError' };
    await apply('last-words', { restartPolicy: 'Never', containers: [failing] });
    await ended('last-words', 'Failed');
    expect((await container('last-words'))?.state.terminated).toMatchObject({ exitCode: 4, message: 'the reason\n' });
  });

  test('a pod that writes more than it may is evicted, and told of', async () => {
    const write = shell('dd if=/dev/zero of=$FOLDER/file bs=1M count=8; sleep 100000');
    const into = (value: string) => ({ env: [{ name: 'FOLDER', value }] });
    const volumeMounts = [{ name: 'cache', mountPath: '/cache' }];
    const volumes = [{ name: 'cache', emptyDir: { sizeLimit: '4Mi' } }];
    const resources = { limits: { 'ephemeral-storage': '4Mi' } };
    await Promise.all([
      apply('in-volume', { volumes, containers: [{ ...write, ...into('/cache'), volumeMounts }] }),
      apply('in-container', { containers: [{ ...write, ...into('/tmp'), resources }] }),
    ]);
    await Promise.all([ended('in-volume', 'Failed'), ended('in-container', 'Failed')]);
    const why = 'Usage of EmptyDir volume "cache" exceeds the limit "4Mi". ';
    expect(await statusOf('in-volume')).toMatchObject({ reason: 'Evicted', message: why });
    const whole = 'Pod ephemeral local storage usage exceeds the total limit of containers 4Mi. ';
    expect(await statusOf('in-container')).toMatchObject({ reason: 'Evicted', message: whole });
    expect(await events('in-volume')).toMatch(
      /^Evicted +Usage of EmptyDir volume "cache" exceeds the limit "4Mi"\. *$/m,
    );
  });

  test('a manifest in the folder of a node is a pod there, until it is taken away', async () => {
    const nodeName = await lab.kubectl('get nodes -o jsonpath={.items[1].metadata.name}');
    const path = `/etc/kubernetes/manifests/${lab.namespace}.yaml`;
    const pod = JSON.parse(podManifest('fixed', { containers: [idle] }));
    const manifest = JSON.stringify({ ...pod, metadata: { ...pod.metadata, namespace: lab.namespace } });
    const onNode = (script: string) =>
      execFileSync('docker', ['exec', '-i', nodeName, 'sh', '-c', script], { input: manifest });
    onNode(`cat > ${path}`);
    const name = `fixed-${nodeName}`;
    await eventually(() => lab.ready(`pod/${name}`));
    expect(await lab.kubectl(`exec ${name} -- echo here`)).toBe('here\n');
    expect(await lab.kubectl(`get pod ${name} -o jsonpath={.metadata.ownerReferences[0].kind}`)).toBe('Node');
    await lab.kubectl(`delete pod ${name} --grace-period=0 --force`);
    await eventually(async () => expect(await lab.kubectl(`get pod ${name}`)).toMatch(/1\/1 +Running +0/));
    // The node image has no `rm`; an empty file has no pods.
    onNode(`: > ${path}`);
    await eventually(async () => expect(await lab.kubectl('get pods -o name')).not.toContain(name));
  });

  test('a node is debugged in its own root, and refuses sysctls that are not safe', async () => {
    const nodeName = await lab.kubectl('get nodes -o jsonpath={.items[1].metadata.name}');
    const sysctls = [{ name: 'kernel.msgmax', value: '65536' }];
    await apply('unsafe', { nodeName, securityContext: { sysctls }, containers: [idle] });
    await lab.kubectl(`debug node/${nodeName} --image=busybox:1 -- chroot /host cat /etc/skiff/node.json`);
    const names = (await lab.kubectl('get pods -o name')).split('\n');
    const debugging = names.find((name) => name.startsWith('pod/node-debugger-')) ?? '';
    await lab.kubectl(`wait --for=jsonpath={.status.phase}=Succeeded ${debugging} --timeout=60s`);
    expect(JSON.parse(await lab.kubectl(`logs ${debugging}`))).toMatchObject({ nodeName });
    await ended('unsafe', 'Failed');
    const message = 'Pod was rejected: forbidden sysctl: "kernel.msgmax" not allowlisted';
    expect(await statusOf('unsafe')).toMatchObject({ reason: 'SysctlForbidden', message });
  });

  test('a container gets more memory while it runs', async () => {
    const resources = (memory: string) => ({ requests: { memory }, limits: { memory } });
    await apply('grows', { containers: [{ ...idle, resources: resources('32Mi') }] });
    await lab.ready('pod/grows');
    const patch = JSON.stringify({ spec: { containers: [{ name: 'c', resources: resources('64Mi') }] } });
    await lab.kubectl(['patch', 'pod', 'grows', '--subresource=resize', '--patch', patch]);
    await eventually(async () => expect(await events('grows')).toMatch(/^ResizeCompleted +Pod resize completed: /m));
    const limit = 'cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes';
    expect(await lab.kubectl(['exec', 'grows', '--', 'sh', '-c', limit])).toBe(`${64 * 2 ** 20}\n`);
    expect(await container('grows')).toMatchObject({ restartCount: 0, resources: resources('64Mi') });
  });

  test('an emptyDir in memory is shared, as large as allowed, and memory', async () => {
    const volumes = [{ name: 'm', emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } }];
    const mounted = { ...idle, volumeMounts: [{ name: 'm', mountPath: '/m' }] };
    await apply('memory', { volumes, containers: [mounted, { ...mounted, name: 'b' }] });
    await lab.ready('pod/memory');
    await lab.kubectl(['exec', 'memory', '-c', 'c', '--', 'sh', '-c', 'echo shared > /m/f']);
    expect(await lab.kubectl('exec memory -c b -- cat /m/f')).toBe('shared\n');
    expect(await lab.kubectl('exec memory -c b -- df /m')).toMatch(/^tmpfs +16384 /m);
  });

  test('an emptyDir in memory outlives its containers, and belongs to the group of the pod', async () => {
    const volumes = [{ name: 'm', emptyDir: { medium: 'Memory' } }];
    const script = 'cat /m/f && stat -c %g /m /m/f && exit 0; echo kept > /m/f; exit 1';
    const again = { ...shell(script), volumeMounts: [{ name: 'm', mountPath: '/m' }] };
    const securityContext = { runAsUser: 1000, fsGroup: 2000 };
    await apply('memory-kept', { restartPolicy: 'OnFailure', securityContext, volumes, containers: [again] });
    await ended('memory-kept', 'Succeeded');
    expect(await lab.kubectl('logs memory-kept')).toBe('kept\n2000\n2000\n');
  });

  test('host network is the node’s, and a host port leads to the pod', async () => {
    await apply('on-node', { hostNetwork: true, containers: [{ image: 'busybox:1', command: idle.command }] });
    await apply('host-port', { containers: [{ image: 'web:1.0', ports: [{ containerPort: 80, hostPort: 8099 }] }] });
    await apply('caller', { containers: [{ image: 'client:1', command: ['sleep', 'infinity'] }] });
    await lab.ready('pod/on-node pod/host-port pod/caller');
    const onNode = await statusOf('on-node');
    expect(onNode.podIP).toBe(onNode.hostIP);
    const { hostIP } = await statusOf('host-port');
    await eventually(async () =>
      expect(await lab.kubectl(`exec caller -- curl -sS -m 10 http://${hostIP}:8099/`)).toContain('version 1'),
    );
  });

  test('a pod reads and writes YAML as well', async () => {
    await apply('yaml', {
      serviceAccountName: 'default',
      containers: [{ image: 'client:1', command: ['sleep', 'infinity'] }],
    });
    await lab.ready('pod/yaml');
    const token = '$(cat /var/run/secrets/kubernetes.io/serviceaccount/token)';
    const curl = `curl -sSk -H 'Accept: application/yaml' -H "Authorization: Bearer ${token}" https://kubernetes.default`;
    const ask = (script: string) => lab.kubectl(['exec', 'yaml', '--', 'sh', '-c', script]);
    expect(await ask(`${curl}/version`)).toContain(`gitVersion: ${kubernetesVersion.git}\n`);
    const review = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const answer = await ask(`${curl}${review} -H 'Content-Type: application/yaml' --data-binary 'metadata: {}'`);
    expect(answer).toMatch(new RegExp(`^ +username: system:serviceaccount:${lab.namespace}:default$`, 'm'));
  });

  test('a pod has the host name, the name server and the processes that it asked for', async () => {
    const names = { hostname: 'h', subdomain: 'sub', setHostnameAsFQDN: true, dnsPolicy: 'Default', hostPID: true };
    const script = 'hostname; nslookup kubernetes.default.svc.cluster.local >/dev/null && echo resolved; ps | wc -l';
    await apply('asking', { ...names, restartPolicy: 'Never', containers: [shell(script)] });
    await ended('asking', 'Succeeded');
    const [hostname, resolved, processes] = (await lab.kubectl('logs asking')).split('\n');
    expect(hostname).toBe(`h.sub.${lab.namespace}.svc.cluster.local`);
    expect(resolved).toBe('resolved');
    expect(Number(processes)).toBeGreaterThan(20);
  });

  test('a node refuses what it cannot take, whoever sent it there', async () => {
    const nodeName = (await lab.kubectl('get nodes -o jsonpath={.items[1].metadata.name}')).trim();
    await apply('lost', { nodeName, nodeSelector: { no: 'where' }, containers: [idle] });
    await ended('lost', 'Failed');
    expect(await lab.kubectl('get pod lost')).toMatch(/lost +0\/1 +NodeAffinity +0/);
    expect(await events('lost')).toMatch(/^NodeAffinity +Predicate NodeAffinity failed: node\(s\) didn't match Pod's/m);
  });

  test('a volume that is not there yet is waited for, and named', async () => {
    const volumes = [{ name: 'v', configMap: { name: 'later' } }];
    await apply('waiting', { volumes, containers: [{ ...idle, volumeMounts: [{ name: 'v', mountPath: '/v' }] }] });
    await eventually(async () =>
      expect(await events('waiting')).toContain(
        'MountVolume.SetUp failed for volume "v" : configmap "later" not found',
      ),
    );
    expect(await lab.kubectl('get pod waiting')).toMatch(/waiting +0\/1 +ContainerCreating +0/);
    await lab.kubectl('create configmap later --from-literal=a=1');
    await lab.ready('pod/waiting');
    await lab.kubectl('delete configmap later');
    await lab.kubectl('create configmap later --from-literal=a=2');
    await eventually(async () => expect(await lab.kubectl('exec waiting -- cat /v/a')).toBe('2'));
  });

  test('pods that are deleted while they start leave nothing behind', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `brief-${index}`);
    const volumes = [{ name: 'm', emptyDir: { medium: 'Memory' } }];
    const containers = [{ ...idle, volumeMounts: [{ name: 'm', mountPath: '/m' }] }];
    const uids: string[] = [];
    for (const options of ['--force', '--grace-period=1', '--force']) {
      await lab.kubectl('apply -f -', {
        input: names.map((name) => podManifest(name, { volumes, containers }, { brief: 'yes' })).join('\n---\n'),
      });
      uids.push(...(await lab.kubectl('get pods -l brief=yes -o jsonpath={.items[*].metadata.uid}')).split(' '));
      await lab.kubectl(`delete pod ${names.join(' ')} ${options}`);
    }
    await eventually(() => {
      const left = [docker('ps', '-a', '--format', '{{.Names}}'), docker('volume', 'ls', '-q')].join('\n');
      expect(uids.filter((uid) => left.includes(uid))).toEqual([]);
    });
  });

  test('a debugging container sees the processes of the one it is aimed at', async () => {
    const debug = [
      'debug',
      'host-port',
      '--image=busybox:1',
      '--target=c',
      '-c',
      'look',
      '--',
      'sh',
      '-c',
      'ps; exit 3',
    ];
    await lab.kubectl(debug);
    await eventually(async () => expect(await lab.kubectl('logs host-port -c look')).toMatch(/ 1 root +nginx: master/));
    const path = 'jsonpath={.status.ephemeralContainerStatuses[0].state.terminated.exitCode}';
    await eventually(async () => expect(await lab.kubectl(`get pod host-port -o ${path}`)).toBe('3'));
    expect(await lab.kubectl('get pod host-port')).toMatch(/host-port +1\/1 +Running +0/);
  });

  test('an image that cannot be pulled says why, then backs off', async () => {
    await apply('no-image', { containers: [{ image: '127.0.0.1:1/nothing:1' }] });
    // Every ten seconds and more it tries again, and the words change for a moment.
    await eventually(async () => {
      const waiting = (await container('no-image'))?.state.waiting;
      expect(waiting?.reason).toBe('ImagePullBackOff');
      expect(waiting?.message).toMatch(
        /^Back-off pulling image "127\.0\.0\.1:1\/nothing:1": ErrImagePull: .*connection refused/,
      );
    });
    await eventually(async () => {
      const told = await events('no-image');
      expect(told).toMatch(
        /^Failed +Failed to pull image "127\.0\.0\.1:1\/nothing:1": (?!\(HTTP).*connection refused/m,
      );
      expect(told).toMatch(/^Failed +Error: ErrImagePull/m);
      expect(told).toMatch(/^BackOff +Back-off pulling image "127\.0\.0\.1:1\/nothing:1"/m);
    });
  });

  test('a large output of a command comes whole', async () => {
    const count = await lab.kubectl(['exec', 'caller', '--', 'sh', '-c', 'head -c 30000000 /dev/zero | tr "\\0" x']);
    expect(count.length).toBe(30_000_000);
  });
});
