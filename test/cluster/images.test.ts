/**
 * How pods come by their images: from private registries, by digest, from the engine itself. With the newest kubectl.
 */
import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { withNewestKubectl } from '../obstacles.ts';
import { eventually, useLab } from './lab.ts';
import { podManifest } from './pods.ts';
import { type RegistryUsers, startTinyRegistry, type TinyRegistry } from './tiny-registry.ts';

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' }).trim();

/** The files of the image of tests as one layer. */
function busyboxLayer(): Buffer {
  const id = docker('create', 'busybox:1', 'true');
  const layer = execFileSync('docker', ['export', id], { maxBuffer: 2 ** 30 });
  docker('rm', id);
  return layer;
}

const { home, profile } = inject('cluster');
const binary = resolve(import.meta.dirname, '../../main/cli/bin.mjs');

/** `skiff ARGS` for the cluster of these tests. */
function skiff(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, SKIFF_HOME: join(home, 'skiff'), HOME: home, SKIFF_PROFILE: profile };
  return new Promise((done) => {
    execFile(process.execPath, [binary, ...args], { env, encoding: 'utf8' }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

const registries: TinyRegistry[] = [];
/** Names that the tests left on the engine. */
const tagged: string[] = [];

/** A registry with an image that no other has. */
async function aRegistry(layer: Buffer, scheme: RegistryUsers['scheme']): Promise<TinyRegistry> {
  const users = { scheme, passwords: { alice: 'pw' } };
  const registry = await startTinyRegistry(layer, { Labels: { run: randomUUID() }, Cmd: ['sleep', '100000'] }, users);
  registries.push(registry);
  return registry;
}

withNewestKubectl('images, seen', (binary) => {
  const lab = useLab('images', binary);
  let bearer: TinyRegistry;
  let basic: TinyRegistry;
  let open: TinyRegistry;
  let node: string;
  beforeAll(async () => {
    const layer = busyboxLayer();
    [bearer, basic] = [await aRegistry(layer, 'bearer'), await aRegistry(layer, 'basic')];
    open = await startTinyRegistry(layer, {});
    registries.push(open);
    const workers = '-l !node-role.kubernetes.io/control-plane';
    node = await lab.kubectl(`get nodes ${workers} -o jsonpath={.items[0].metadata.name}`);
    await Promise.all([login('for-bearer', bearer), login('for-basic', basic), login('wrong', basic, 'no')]);
  });
  afterAll(() => {
    for (const { close } of registries) close();
    docker('rmi', '-f', ...tagged);
  });

  const login = (name: string, { host }: TinyRegistry, password = 'pw') =>
    lab.kubectl(
      `create secret docker-registry ${name} --docker-server=${host} --docker-username=alice --docker-password=${password}`,
    );
  const apply = (name: string, image: string, spec: object = {}, container: object = {}) =>
    lab.kubectl('apply -f -', {
      input: podManifest(name, { nodeName: node, containers: [{ image, ...container }], ...spec }),
    });
  const waiting = (name: string) =>
    lab.kubectl(`get pod ${name} -o jsonpath={.status.containerStatuses[0].state.waiting.reason}`);
  const events = (name: string) =>
    lab.kubectl(`get events --field-selector involvedObject.name=${name} -o custom-columns=R:.reason,M:.message`);
  const refused = async (name: string) => {
    await eventually(async () => expect(await waiting(name)).toMatch(/ErrImagePull|ImagePullBackOff/));
    return events(name);
  };

  test('a private image is pulled with the pod’s secret, and is not there for a pod without it', async () => {
    const image = `${bearer.host}/team/app:1`;
    tagged.push(image);
    await apply('owner', image, { imagePullSecrets: [{ name: 'for-bearer' }] });
    await lab.ready('pod/owner');
    const told = await events('owner');
    expect(told).toMatch(new RegExp(`^Pulling +Pulling image "${image}"$`, 'm'));
    const times = '(\\d+ms|[\\d.]+s) \\((\\d+ms|[\\d.]+s) including waiting\\)';
    expect(told).toMatch(
      new RegExp(`^Pulled +Successfully pulled image "${image}" in ${times}\\. Image size: \\d+ bytes\\.$`, 'm'),
    );
    await apply('stranger', image);
    await apply('copy', image, { imagePullSecrets: [{ name: 'for-bearer' }] });
    await lab.ready('pod/copy');
    expect(await events('copy')).toMatch(/already present on machine and can be accessed by the pod/);
    expect(await refused('stranger')).toMatch(new RegExp(`^Failed +Failed to pull image "${image}": `, 'm'));
    // The secret of its account is as good as its own; pods take it over when they are created.
    await lab.kubectl(['patch', 'sa', 'default', '-p', '{"imagePullSecrets":[{"name":"for-bearer"}]}']);
    await apply('of-account', image);
    await lab.ready('pod/of-account');
    await lab.kubectl(['patch', 'sa', 'default', '--type=json', '-p', '[{"op":"remove","path":"/imagePullSecrets"}]']);
    // Its name is listed on the node, soon after the pull.
    await eventually(async () => {
      const names = await lab.kubectl(`get node ${node} -o jsonpath={.status.images[*].names[*]}`);
      expect(names.split(' ')).toEqual(expect.arrayContaining([image, `${bearer.host}/team/app@${bearer.digest}`]));
    });
  });

  test('several secrets are tried in turn, and a digest names the image', async () => {
    const imagePullSecrets = [{ name: 'wrong' }, { name: 'for-basic' }];
    const image = `${basic.host}/team/app@${basic.digest}`;
    tagged.push(image);
    await apply('in-turn', image, { imagePullSecrets });
    await lab.ready('pod/in-turn');
    const id = await lab.kubectl('get pod in-turn -o jsonpath={.status.containerStatuses[0].imageID}');
    expect(id).toBe(`docker://${docker('image', 'inspect', '-f', '{{.Id}}', image)}`);
  });

  test('a pod starts once the secret that it names has come', async () => {
    tagged.push(`${basic.host}/early/app:1`);
    await apply('early', `${basic.host}/early/app:1`, { imagePullSecrets: [{ name: 'late' }] });
    expect(await refused('early')).toMatch(
      /^FailedToRetrieveImagePullSecret +Unable to retrieve some image pull secrets \(late\); attempting/m,
    );
    await login('late', basic);
    await lab.ready('pod/early');
  });

  test('an image that is built with `skiff image` is there for pods, under every form of its name', async () => {
    const name = `built-${randomUUID().slice(0, 8)}`;
    const folder = join(home, name);
    await mkdir(join(folder, 'left-out'), { recursive: true });
    await Promise.all([
      writeFile(
        join(folder, 'Dockerfile'),
        'FROM busybox:1\nARG WORD\nRUN echo $WORD >/word; ls /c || true\nCOPY . /c\n',
      ),
      writeFile(join(folder, '.dockerignore'), 'left-out\n*.log\n!keep.log\n'),
      ...['a.log', 'keep.log', 'left-out/x'].map((file) => writeFile(join(folder, file), '')),
    ]);
    const built = await skiff('image', 'build', folder, '-t', `${name}:1`, '--build-arg', 'WORD=hello');
    tagged.push(`${name}:1`);
    expect(built).toMatchObject({ code: 0, stdout: `built ${name}:1; pods can use it now\n` });
    expect(built.stderr).toContain('Step 4/4 : COPY . /c');
    const command = ['sh', '-c', 'cat /word; ls -a /c; sleep 9999'];
    for (const [pod, image] of [
      ['short', `${name}:1`],
      ['full', `docker.io/library/${name}:1`],
    ] as const) {
      await apply(pod, image, {}, { command, imagePullPolicy: 'Never' });
    }
    await lab.ready('pod/short pod/full');
    expect(await lab.kubectl('logs full')).toBe('hello\n.\n..\n.dockerignore\nDockerfile\nkeep.log\n');
  });

  test('`skiff image` loads, lists, pulls and removes images, and says what it cannot do', async () => {
    const name = `loaded-${randomUUID().slice(0, 8)}:1`;
    const archive = join(home, 'image.tar');
    docker('tag', 'busybox:1', name);
    docker('save', '-o', archive, name);
    docker('rmi', name);
    expect(await skiff('image', 'load', archive)).toMatchObject({ code: 0, stdout: `loaded ${name}\n` });
    expect((await skiff('image', 'ls')).stdout).toMatch(new RegExp(`^${name} +[0-9a-f]{12} +\\d+ MiB$`, 'm'));
    // It is there already, so its name alone is enough.
    expect(await skiff('image', 'load', name)).toMatchObject({ code: 0 });
    expect(await skiff('image', 'rm', name)).toMatchObject({ code: 0, stdout: `removed ${name}\n` });
    expect(await skiff('image', 'rm', name)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`error: the engine has no image ${name}`),
    });
    const own = docker('images', '--filter', 'label=dev.skiff.image=node', '--format', '{{.Repository}}:{{.Tag}}');
    expect(await skiff('image', 'rm', own.split('\n')[0] ?? '')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is what Skiff's nodes run"),
    });
    const pulled = `${open.host}/team/open:1`;
    expect(await skiff('image', 'pull', pulled)).toMatchObject({ code: 0, stdout: `pulled ${pulled}\n` });
    tagged.push(pulled);
    expect(await skiff('image', 'pull', '127.0.0.1:1/nothing')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('connection refused'),
    });
    expect(await skiff('image', 'rm', 'A B')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('error: "A B" cannot be the name of an image: invalid reference format'),
    });
    expect(await skiff('image', 'load', '/no/such.tar')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no file /no/such.tar, and the engine has no image of that name'),
    });
  });

  test('an image is mounted as a volume: read-only, whole or a part of it, and pulled with the pod’s secret', async () => {
    const reference = `${basic.host}/volumes/data:1`;
    tagged.push(reference);
    const volumes = [{ name: 'image', image: { reference } }];
    const volumeMounts = [
      { name: 'image', mountPath: '/image' },
      { name: 'image', mountPath: '/bin-of-it', subPath: 'bin' },
    ];
    const command = ['sh', '-c', 'ls /image/bin/busybox /bin-of-it/busybox; touch /image/x 2>&1; sleep 9999'];
    const container = { command, volumeMounts, imagePullPolicy: 'Never' };
    const imagePullSecrets = [{ name: 'for-basic' }];
    await apply('mounts', 'busybox:1', { volumes, imagePullSecrets }, container);
    await apply('mounts-too', 'busybox:1', { volumes, imagePullSecrets }, container);
    await apply(
      'refused',
      'busybox:1',
      { volumes: [{ name: 'image', image: { reference: `${basic.host}/no:1` } }] },
      container,
    );
    const lost = { ...container, volumeMounts: [{ name: 'image', mountPath: '/x', subPath: 'no/such' }] };
    await apply('lost', 'busybox:1', { volumes, imagePullSecrets }, lost);
    await lab.ready('pod/mounts pod/mounts-too');
    await eventually(async () =>
      expect(await lab.kubectl('logs mounts')).toBe(
        '/bin-of-it/busybox\n/image/bin/busybox\ntouch: /image/x: Read-only file system\n',
      ),
    );
    expect(await events('mounts')).toMatch(new RegExp(`^Pulling +Pulling image "${reference}"$`, 'm'));
    await refused('refused');
    await eventually(async () => expect(await waiting('lost')).toBe('CreateContainerConfigError'));
  });

  test('a pod that never pulls starts once its image is there', async () => {
    const name = `never-${randomUUID().slice(0, 8)}`;
    await apply(
      'never',
      `docker.io/library/${name}:latest`,
      {},
      { imagePullPolicy: 'Never', command: ['sleep', '9999'] },
    );
    await eventually(async () => expect(await waiting('never')).toBe('ErrImageNeverPull'));
    tagged.push(`${name}:latest`);
    docker('tag', 'busybox:1', name);
    await lab.ready('pod/never');
  });
});
