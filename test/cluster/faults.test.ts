/** What a pod must never see of its node, and its node never of a pod; each as upstream's own tests ask it. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { withNewestKubectl } from '../obstacles.ts';
import { eventually, useLab } from './lab.ts';
import { podManifest } from './pods.ts';

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' });
const shell = (script: string) => ({ image: 'busybox:1', command: ['sh', '-c', script] });
const idle = shell('trap "exit 0" TERM; sleep 100000 & wait');

/** The volumes whose files come from the API, each with one file `f`. */
const shown = [
  { name: 'map', configMap: { name: 'shown', items: [{ key: 'f', path: 'f', mode: 0o400 }] } },
  { name: 'hidden', secret: { secretName: 'shown', items: [{ key: 'f', path: 'f', mode: 0o640 }] } },
  { name: 'down', downwardAPI: { items: [{ path: 'f', fieldRef: { fieldPath: 'metadata.name' } }] } },
  { name: 'both', projected: { defaultMode: 0o600, sources: [{ configMap: { name: 'shown' } }] } },
];
const names = shown.map(({ name }) => name);

withNewestKubectl('faults that others found,', (binary) => {
  const lab = useLab('faults', binary);
  const apply = (name: string, spec: Parameters<typeof podManifest>[1], labels = {}) =>
    lab.kubectl('apply -f -', { input: podManifest(name, spec, labels) });
  const inside = (pod: string, script: string) => lab.kubectl(['exec', pod, '--', 'sh', '-c', script]);
  const waiting = (pod: string) =>
    lab.kubectl(`get pod ${pod} -o jsonpath={.status.containerStatuses[0].state.waiting}`);

  test('volumes of the API’s objects cannot be written, and the group of a pod owns every volume', async () => {
    await lab.kubectl('create configmap shown --from-literal=f=text');
    await lab.kubectl('create secret generic shown --from-literal=f=text');
    const mounts = names.map((name) => ({ name, mountPath: `/${name}`, readOnly: false }));
    const part = { name: 'map', mountPath: '/part', subPath: 'f' };
    const empty = [
      { name: 'data', mountPath: '/data' },
      { name: 'data', mountPath: '/sub', subPath: 'a/b' },
    ];
    const container = { ...idle, terminationMessagePath: '/ended', volumeMounts: [...mounts, part, ...empty] };
    const volumes = [...shown, { name: 'data', emptyDir: {} }];
    await apply('root', { volumes, containers: [container] });
    await apply('grouped', {
      securityContext: { runAsUser: 1000, runAsGroup: 1000, fsGroup: 2000 },
      volumes,
      containers: [container],
    });
    await lab.ready('pod/root pod/grouped');
    const paths = [...names.flatMap((name) => [`/${name}/new`, `/${name}/f`]), '/part'];
    const writes = paths.map((path) => `(echo x > ${path}) 2>&1; chown 1 ${path} 2>&1;`).join(' ');
    const answers = (await inside('root', `${writes} true`)).trim().split('\n');
    expect(answers.filter((line) => !/Read-only file system|No such file/.test(line))).toEqual([]);
    expect(await inside('root', `cat ${names.map((name) => `/${name}/f`).join(' ')}`)).toBe('texttextroottext');

    const modes = `stat -L -c '%n %a %g' ${names.map((name) => `/${name}/f`).join(' ')} /data /sub`;
    expect((await inside('grouped', modes)).trim().split('\n')).toEqual([
      '/map/f 440 2000',
      '/hidden/f 640 2000',
      '/down/f 644 2000',
      '/both/f 640 2000',
      '/data 2777 2000',
      '/sub 2777 2000',
    ]);
    const made = 'cat /map/f; touch /data/mine /sub/mine; stat -c %u:%g /data/mine /sub/mine; echo bye > /ended';
    expect(await inside('grouped', made)).toBe('text1000:2000\n1000:2000\n');
  });

  test('a sub-path that variables make absolute, or leave empty, is a configuration error', async () => {
    const volumes = [{ name: 'd', emptyDir: {} }];
    const mount = (env: object[]) => ({
      ...idle,
      env,
      volumeMounts: [{ name: 'd', mountPath: '/d', subPathExpr: '$(WHERE)' }],
    });
    await apply('absolute', { volumes, containers: [mount([{ name: 'WHERE', value: '/tmp' }])] });
    await apply('nowhere', { volumes, containers: [mount([{ name: 'WHERE', value: '' }])] });
    const told = async (pod: string) => JSON.parse(await waiting(pod));
    await eventually(async () =>
      expect(await told('absolute')).toEqual({
        reason: 'CreateContainerConfigError',
        message: 'error SubPath `/tmp` must not be an absolute path',
      }),
    );
    await eventually(async () =>
      expect(await told('nowhere')).toEqual({
        reason: 'CreateContainerConfigError',
        message: 'missing value for WHERE',
      }),
    );
  });

  test('the node’s own files are mounted, and no pod’s', async () => {
    const files = ['hosts', 'hostname', 'resolv.conf'];
    const named = (file: string) => file.replace('.', '-');
    const volumes = files.map((file) => ({ name: named(file), hostPath: { path: `/etc/${file}`, type: 'File' } }));
    const volumeMounts = files.map((file) => ({ name: named(file), mountPath: `/node/${file}` }));
    await apply('files', { volumes, containers: [{ ...idle, volumeMounts }] });
    await lab.ready('pod/files');
    const node = await lab.kubectl('get pod files -o jsonpath={.spec.nodeName}');
    for (const file of files) {
      expect(await inside('files', `cat /node/${file}`)).toBe(docker('exec', node, 'cat', `/etc/${file}`));
    }
    expect(await inside('files', 'cat /node/hosts')).not.toContain('Kubernetes-managed');
  });

  test('probes that time out, hooks that are given up and clients that leave have no processes left', async () => {
    const slow = { exec: { command: ['sh', '-c', 'sleep 4444 & sleep 4444; true'] }, periodSeconds: 1 };
    const probed = { ...idle, readinessProbe: { ...slow, timeoutSeconds: 1 } };
    const starting = { ...idle, lifecycle: { postStart: { exec: { command: ['sleep', '5555'] } } } };
    await apply('slow', { containers: [probed] });
    await apply('hanging', { containers: [starting] });
    await eventually(async () => {
      const programs = await inside('slow', 'ps -o args');
      expect(programs.match(/sleep 4444/g)?.length ?? 0).toBeLessThanOrEqual(2);
      const count = await lab.kubectl(
        'get events --field-selector involvedObject.name=slow,reason=Unhealthy -o jsonpath={.items[0].count}',
      );
      expect(Number(count)).toBeGreaterThan(3);
    });
    const client = lab.follow(['exec', 'slow', '--', 'sh', '-c', 'sleep 6666 & sleep 6666; true']);
    await eventually(async () => expect(await inside('slow', 'ps -o args')).toContain('sleep 6666'));
    client.stop();
    await eventually(async () => expect(await inside('slow', 'ps -o args')).not.toContain('sleep 6666'));

    // A hook that hangs: the container runs, and to the API is being created.
    await eventually(() => expect(docker('ps', '--no-trunc')).toContain('k8s_c_hanging_'));
    await eventually(async () => expect(await waiting('hanging')).toBe('{"reason":"ContainerCreating"}'));
    expect(await lab.kubectl('get pod hanging')).toMatch(/hanging +0\/1 +ContainerCreating +0/);
    await lab.kubectl('delete pod hanging slow --timeout=60s');
  });

  test('the node’s 127.0.0.1 has the host ports of its pods', async () => {
    const ports = [{ containerPort: 80, hostPort: 8098 }];
    await apply('on-port', { containers: [{ image: 'web:1.0', ports }] });
    await lab.ready('pod/on-port');
    const nodeName = await lab.kubectl('get pod on-port -o jsonpath={.spec.nodeName}');
    await apply('on-node', {
      nodeName,
      hostNetwork: true,
      containers: [{ image: 'client:1', command: ['sleep', 'infinity'] }],
    });
    await lab.ready('pod/on-node');
    await eventually(async () =>
      expect(await inside('on-node', 'curl -sS -m 5 http://127.0.0.1:8098/')).toContain('version 1'),
    );
  });

  test('a client that keeps its UDP port reaches the pod that replaces a deleted one', async () => {
    const [nodeName = ''] = (await lab.kubectl('get nodes -o jsonpath={.items[*].metadata.name}')).split(' ');
    // The only image here with a program that serves UDP.
    const image = docker('inspect', '-f', '{{.Config.Image}}', nodeName).trim();
    const program = (code: string) => ({
      image,
      imagePullPolicy: 'IfNotPresent',
      command: ['node', '-e', `const socket = require('dgram').createSocket('udp4');${code}`],
    });
    const server = (answer: string) =>
      program(`socket.on('message', (_, { port, address }) => socket.send('${answer}', port, address)).bind(5353)`);
    const caller = program(
      "socket.on('message', (answer) => console.log(String(answer))).bind(40001);" +
        "setInterval(() => socket.send('ask', 5353, 'udp'), 100)",
    );
    await apply('udp-one', { containers: [server('one')] }, { app: 'udp' });
    await lab.kubectl('expose pod udp-one --name=udp --port=5353 --protocol=UDP --selector=app=udp');
    await lab.ready('pod/udp-one');
    await apply('udp-caller', { containers: [caller] });
    const last = () => lab.kubectl('logs udp-caller --tail=1');
    await eventually(async () => expect(await last()).toBe('one\n'));
    await apply('udp-two', { containers: [server('two')] }, { app: 'udp' });
    await lab.ready('pod/udp-two');
    await lab.kubectl('delete pod udp-one --now');
    await eventually(async () => expect(await last()).toBe('two\n'));
  });

  test('a line of more than 16 KiB has one time stamp', async () => {
    const script = `head -c 50000 /dev/zero | tr '\\0' x; echo; echo end`;
    await apply('long', { restartPolicy: 'Never', containers: [shell(script)] });
    await lab.kubectl('wait --for=jsonpath={.status.phase}=Succeeded pod/long --timeout=60s');
    const lines = (await lab.kubectl('logs long --timestamps')).trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/x+/, (run) => `x${run.length}`))).toEqual([
      expect.stringMatching(/^\S+Z x50000$/),
      expect.stringMatching(/^\S+Z end$/),
    ]);
  });
});
