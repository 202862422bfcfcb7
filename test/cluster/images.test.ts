/** How pods come by their images: from private registries, by digest, from the engine itself. With the newest kubectl. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
  let node: string;
  beforeAll(async () => {
    const layer = busyboxLayer();
    [bearer, basic] = [await aRegistry(layer, 'bearer'), await aRegistry(layer, 'basic')];
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
