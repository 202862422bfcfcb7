/**
 * A chart with all that charts bring (`test/fixtures/charts/pond`): installed, upgraded, rolled back and uninstalled by
 * every unmodified Helm of this machine, on simulated nodes. Helm 3 merges patches, Helm 4 applies on the server's
 * side.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestCluster } from '../../cluster/harness.ts';
import { noKubectl } from '../../obstacles.ts';
import { skip } from '../../unless.ts';
import { createHelm, type Helm, type HelmBinary, withHelms } from './binaries.ts';

const chart = join(import.meta.dirname, '../../fixtures/charts/pond');
const namespace = 'ponds';
const wait = ['--wait', '--timeout', '60s'];

let cluster: TestCluster;
const kubectl = (line: string): Promise<string> => cluster.kubectl(['-n', namespace, ...line.split(' ')]);
const get = (what: string, path: string): Promise<string> => kubectl(`get ${what} -o jsonpath={${path}}`);
const names = async (kinds: string): Promise<string[]> =>
  (await kubectl(`get ${kinds} -o name`)).split('\n').filter(Boolean);

/**
 * Helm once validated itself; its later third version leaves that to servers that can, without asking for strictness;
 * the fourth asks for it by applying.
 */
function unknownFieldIn(version: string): { refuses: boolean; unknownField: string } {
  if (version.startsWith('v4')) return { refuses: true, unknownField: '.spec.replicaz: field not declared in schema' };
  const isOwn = Number(version.split('.')[1]) < 12;
  return isOwn
    ? { refuses: true, unknownField: 'unknown field "replicaz" in io.k8s.api.apps.v1.DeploymentSpec' }
    : { refuses: false, unknownField: 'Warning: unknown field "spec.replicaz"' };
}

function releases(binary: HelmBinary): void {
  const appliesOnServer = binary.version.startsWith('v4');
  const minor = Number(binary.version.split('.')[1]);
  /** What an upgrade is called with that rolls back where it fails. */
  const atomic = appliesOnServer ? '--rollback-on-failure' : '--atomic';
  const telling = unknownFieldIn(binary.version);
  let run: Helm['run'];
  let helm: Helm['helm'];
  let refusal: Helm['refusal'];
  let password = '';
  let close: Helm['close'];

  beforeAll(async () => {
    cluster = new TestCluster('helm');
    cluster.env.SKIFF_ENGINE = 'none';
    ({ run, helm, refusal, close } = createHelm(binary, cluster.kubeconfig, namespace));
    await cluster.start('--runtime', 'simulated', '--wait');
  });
  afterAll(async () => {
    close();
    await cluster.delete();
  });

  it('installs the definitions, runs the hooks and waits for all that the chart has', async () => {
    const said = await helm('install', 'pond', chart, '--create-namespace', '--wait-for-jobs', ...wait);
    expect(said).toContain('STATUS: deployed');
    expect(said).toContain('The motto of pond is still.');
    expect(await get('deployment pond', '.status.readyReplicas')).toBe('2');
    expect(await get('statefulset pond-bed', '.status.readyReplicas')).toBe('2');
    expect(await get('daemonset pond-shore', '.status.numberReady')).toBe('2');
    expect(await get('pvc pond-frogs', '.status.phase')).toBe('Bound');
    expect(await get('frog pond', '.spec')).toBe('{"colour":"green","legs":4,"spots":["still"]}');
    expect(await get('job pond-migrate', '.status.succeeded')).toBe('1');
    password = await get('secret pond-password', '.data.password');
  });

  it('runs hooks before the rest, by weight, and removes those that are to go once they succeed', async () => {
    const created = ['configmap/pond-migration', 'job/pond-migrate', 'configmap/pond'];
    const times = await Promise.all(created.map((each) => get(each, '.metadata.creationTimestamp')));
    expect(times).toEqual(times.toSorted());
    const versions = await Promise.all(
      ['configmap/pond-migration', 'configmap/pond'].map((each) => get(each, '.metadata.resourceVersion')),
    );
    expect(versions.map(Number)).toEqual(versions.map(Number).toSorted((a, b) => a - b));
    expect(await names('pods --field-selector=metadata.name=pond-post-install')).toEqual([]);
    expect(await kubectl('get events --field-selector=involvedObject.name=pond-post-install -o name')).not.toBe('');
  });

  it('looks up what the cluster has: one object, a list, and nothing', async () => {
    const seen = JSON.parse(await get('configmap pond-seen', '.data'));
    expect(seen).toEqual({ namespace: 'kube-system', nodes: '3', missing: '0' });
    expect(await get('configmap pond', '.data.version')).toBe(
      JSON.parse(await cluster.kubectl(['version', '-o', 'json'])).serverVersion.gitVersion,
    );
  });

  it('keeps the release in a secret of its type, found by its labels', async () => {
    const [{ metadata, type, data }] = JSON.parse(await kubectl('get secrets -l owner=helm,name=pond -o json')).items;
    expect([metadata.name, type]).toEqual(['sh.helm.release.v1.pond.v1', 'helm.sh/release.v1']);
    expect(metadata.labels).toMatchObject({ owner: 'helm', name: 'pond', status: 'deployed', version: '1' });
    // Base64 in base64, of what gzip makes of the release.
    expect(Buffer.from(data.release, 'base64').toString()).toMatch(/^H4sI/);
  });

  it('tells what is released', async () => {
    const [listed] = JSON.parse(await helm('list', '-o', 'json'));
    expect(listed).toMatchObject({ name: 'pond', namespace, revision: '1', status: 'deployed', chart: 'pond-1.0.0' });
    expect(JSON.parse(await helm('status', 'pond', '-o', 'json')).info.status).toBe('deployed');
    expect(await helm('get', 'values', 'pond', '--all')).toContain('motto: still');
    expect(await helm('get', 'manifest', 'pond')).toContain('kind: StatefulSet');
    expect(await helm('get', 'hooks', 'pond')).toContain('name: pond-pre-delete');
    expect(await helm('get', 'notes', 'pond')).toContain('The motto of pond is still.');
  });

  const upgrade = (...args: string[]): string[] => ['upgrade', 'pond', chart, ...wait, ...args];
  const deep = ['--set', 'motto=deep', '--set', 'ingress=false'];

  it('upgrades: what changed changes, what drifted is put back, what is gone goes, and the rest is left alone', async () => {
    await kubectl('scale deployment pond --replicas=5');
    await kubectl('label service pond seen=yes');
    if (appliesOnServer) {
      expect(await refusal(...upgrade(...deep))).toMatch(
        /Apply failed with 1 conflict: conflict with "kubectl[^"]*" with subresource "scale" using apps\/v1: .spec.replicas/,
      );
      expect(await get('deployment pond', '.spec.replicas')).toBe('5');
    }
    expect(await helm(...upgrade(...deep, ...(appliesOnServer ? ['--force-conflicts'] : [])))).toContain(
      'STATUS: deployed',
    );
    expect(await get('deployment pond', '.spec.replicas')).toBe('2');
    expect(await get('deployment pond', '.spec.template.spec.containers[0].env')).toBe(
      '[{"name":"MOTTO","value":"deep"}]',
    );
    expect(await get('frog pond', '.spec')).toBe('{"colour":"green","legs":4,"spots":["deep"]}');
    expect(await get('service pond', '.metadata.labels.seen')).toBe('yes');
    expect(await get('secret pond-password', '.data.password')).toBe(password);
    expect(await names('ingress')).toEqual([]);
  });

  it('owns what it manages', async () => {
    const managers = JSON.parse(
      await kubectl('get deployment pond -o json --show-managed-fields'),
    ).metadata.managedFields.filter(({ subresource }: { subresource?: string }) => subresource === undefined);
    expect(managers.find(({ manager }: { manager: string }) => manager === 'helm')).toMatchObject({
      operation: appliesOnServer ? 'Apply' : 'Update',
    });
  });

  it('rolls an upgrade back whose pods do not become ready', async () => {
    const before = await get('deployment pond', '.spec.template');
    const fails = ['--set-string', 'podAnnotations.simulated\\.skiff\\.dev/probes-fail=true'];
    expect(await refusal(...upgrade(...deep, ...fails, atomic, '--timeout', '3s'))).toContain('UPGRADE FAILED');
    const history = JSON.parse(await helm('history', 'pond', '-o', 'json'));
    expect(history.slice(-2).map(({ status }: { status: string }) => status)).toEqual(['failed', 'deployed']);
    expect(history.at(-1).description).toMatch(/^Rollback to \d$/);
    expect(await get('deployment pond', '.spec.template')).toBe(before);
    expect(await get('deployment pond', '.status.readyReplicas')).toBe('2');
  });

  it('stops an upgrade whose hook fails before anything else is written', async () => {
    const before = await get('deployment pond', '.metadata.generation');
    const said = await refusal(...upgrade('--set-string', 'migration.exitCode=3', '--set', 'motto=lost'));
    expect(said).toContain('UPGRADE FAILED: pre-upgrade hooks failed');
    expect(await get('job pond-migrate', '.status.conditions[?(@.type=="Failed")].reason')).toBe(
      'BackoffLimitExceeded',
    );
    expect(await get('deployment pond', '.metadata.generation')).toBe(before);
  });

  it('is told which field the API does not have', async () => {
    const { code, stderr } = await run(...upgrade('--set', 'extra.replicaz=3'));
    expect(stderr.replaceAll('\\', '')).toContain(telling.unknownField);
    expect(code).toBe(telling.refuses ? 1 : 0);
  });

  it('does not take over what is not of the release', async () => {
    await kubectl('create configmap lake');
    expect(await refusal('install', 'lake', chart)).toMatch(
      /ConfigMap "lake" in namespace "ponds" exists and cannot be imported into the current release: invalid ownership metadata/,
    );
  });

  it('rolls back to a revision', async () => {
    await helm('rollback', 'pond', '1', ...wait);
    expect(await get('deployment pond', '.spec.template.spec.containers[0].env')).toBe(
      '[{"name":"MOTTO","value":"still"}]',
    );
    expect(await names('ingress')).toEqual(['ingress.networking.k8s.io/pond']);
    expect(JSON.parse(await helm('history', 'pond', '-o', 'json')).at(-1).description).toBe('Rollback to 1');
  });

  it('runs its tests', async () => {
    expect(await helm('test', 'pond')).toMatch(/TEST SUITE: +pond-reachable[\s\S]*Phase: +Succeeded/);
  });

  it('tries against the server what it would do, and writes nothing', async () => {
    const before = await names('all,configmaps,secrets');
    if (appliesOnServer || minor >= 13) {
      // It looks up too.
      expect(await helm('upgrade', 'pond', chart, '--dry-run=server')).toContain(`password: ${password}`);
    }
    expect(await helm('template', 'tarn', chart, '--validate')).toContain('kind: Frog');
    expect(await names('all,configmaps,secrets')).toEqual(before);
  });

  it('uninstalls all but what is to be kept', async () => {
    expect(await helm('uninstall', 'pond', ...wait)).toContain('[Secret] pond-password');
    const kinds = 'deployments,statefulsets,daemonsets,replicasets,services,pvc,ingress,pdb,frogs,roles,rolebindings';
    expect(await names(kinds)).toEqual([]);
    expect(await names('secrets')).toEqual(['secret/pond-password']);
    // Hooks without a policy to delete them are left alone, and so are definitions.
    expect(await names('jobs')).toEqual(['job.batch/pond-migrate']);
    expect(await names('crd')).toContain('customresourcedefinition.apiextensions.k8s.io/frogs.pond.example.com');
  });
}

if (noKubectl) skip(noKubectl)('releases with Helm');
else withHelms('releases', releases);
