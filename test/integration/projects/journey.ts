/**
 * What people install: each project of `test/fixtures/projects` is applied, upgraded, diffed, pruned and deleted, with
 * every kubectl of this machine. The client's and the server's side have a file each, so that they run side by side.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { AnyObject } from '../../../agent/api/types.ts';
import type { KubectlBinary } from '../../cluster/kubectl.ts';
import { type ControlPlane, startControlPlane } from '../control-plane.ts';
import { typedKubectl } from '../typed-kubectl.ts';

const root = join(import.meta.dirname, '../../fixtures/projects');

/** A release of a project: what its authors publish, and what its users write for it. */
interface Release {
  manifests: string;
  /** Custom resources, once their definitions are established. */
  use: string | undefined;
}

/** Of kubectl, by minor number: kinds that one does not know yet it compares in another way. */
interface Releases {
  from?: number;
  before?: number;
}

interface Project {
  name: string;
  /** The value of `app.kubernetes.io/part-of`, on all that it has. */
  part: string;
  /** A config map of v1 that v2 does without. */
  dropped: { namespace: string; name: string };
  /** Definitions that v1 brings. */
  definitions: readonly string[];
  /**
   * Kinds of which the client's side says `configured` each time, as it does upstream: what is stored differs for good
   * from what is written, by defaults within atomic lists, by quantities in other words or by `stringData`; the
   * selector of a budget is replaced whole, and a strategy without its type keeps its keys.
   */
  rewritten: Readonly<Record<string, Releases>>;
}

const projects: readonly Project[] = [
  {
    name: 'operator',
    part: 'ponds',
    dropped: { namespace: 'ponds-system', name: 'ponds-settings' },
    definitions: ['ponds.water.example.com'],
    rewritten: { ValidatingWebhookConfiguration: {}, MutatingWebhookConfiguration: {} },
  },
  {
    name: 'chart',
    part: 'shop',
    dropped: { namespace: 'shop', name: 'shop-theme' },
    definitions: [],
    rewritten: { StatefulSet: {}, 'Secret/shop-database': {}, CronJob: { before: 21 } },
  },
  {
    name: 'gitops',
    part: 'sync',
    dropped: { namespace: 'sync-system', name: 'sync-hosts' },
    definitions: ['sources.sync.example.com'],
    rewritten: { ResourceQuota: {}, Deployment: {} },
  },
  {
    name: 'ingress-controller',
    part: 'gate',
    dropped: { namespace: 'gate', name: 'gate-controller' },
    definitions: [],
    rewritten: { ValidatingWebhookConfiguration: {} },
  },
  {
    name: 'metrics-server',
    part: 'gauge',
    dropped: { namespace: 'kube-system', name: 'gauge-config' },
    definitions: [],
    rewritten: { Deployment: {} },
  },
  {
    name: 'policy-engine',
    part: 'rules',
    dropped: { namespace: 'rules', name: 'rules-exclusions' },
    definitions: ['clusterrules.rules.example.com'],
    rewritten: { PodDisruptionBudget: { from: 21 }, ValidatingAdmissionPolicy: {} },
  },
];

const read = (project: string, file: string): string => readFileSync(join(root, project, file), 'utf8');
const release = (project: string, version: 'v1' | 'v2'): Release => ({
  manifests: read(project, `${version}.yaml`),
  use: readdirSync(join(root, project)).includes(`use-${version}.yaml`)
    ? read(project, `use-${version}.yaml`)
    : undefined,
});

const objectsOf = (text: string): AnyObject[] => parseAllDocuments(text).map((document) => document.toJS());
const whole = ({ manifests, use }: Release): string => (use === undefined ? manifests : `${manifests}\n---\n${use}`);

/** How one applies, and what kubectl then says of an object. */
interface Side {
  apply: string;
  diff: string;
  /** What is said of what is made, changed or left alone. */
  said: RegExp;
  again: { unchanged: RegExp; rewritten: RegExp };
  manager: { manager: string; operation: string };
  /** Pruning knows what it once applied by the annotation that only the client's side leaves. */
  prunes: boolean;
  /** From this minor release of kubectl on it refuses to prune, in these words. */
  refusal?: { from: number; stderr: string };
}

export const clientSide: Side = {
  apply: 'apply -f -',
  diff: 'diff -f -',
  said: /^\S+ (?:created|configured|unchanged)$/,
  again: { unchanged: /^\S+ unchanged$/, rewritten: /^\S+ configured$/ },
  manager: { manager: 'kubectl-client-side-apply', operation: 'Update' },
  prunes: true,
};

export const serverSide: Side = {
  apply: 'apply --server-side -f -',
  diff: 'diff --server-side -f -',
  said: /^\S+ serverside-applied$/,
  again: { unchanged: /^\S+ serverside-applied$/, rewritten: /^\S+ serverside-applied$/ },
  manager: { manager: 'kubectl', operation: 'Apply' },
  prunes: false,
  refusal: {
    from: 21,
    stderr: "error: --prune is in alpha and doesn't currently work on objects created by server-side apply\n",
  },
};

/** What depends on others first: custom resources before their definition, and all before their namespace. */
const reversed = (text: string): string => text.split('\n---\n').reverse().join('\n---\n');

/** A kubectl and a control plane of its own. */
export function freshPlane({ path, version }: KubectlBinary) {
  const minor = Number(version.split('.')[1]);
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await startControlPlane({ nodes: {} });
  });
  afterAll(() => plane.close());
  const { run, both, kubectl } = typedKubectl(path, () => plane.api.kubeconfig);

  /** Applies it, and says what was printed of each object; nothing else is printed. */
  const apply = async (line: string, text: string): Promise<string[]> => {
    const { stdout, stderr } = await both(line, text);
    expect(stderr).toBe('');
    return stdout.trimEnd().split('\n');
  };
  return { minor, run, both, kubectl, apply };
}

export function applyProjects(side: Side, binary: KubectlBinary): void {
  const { minor, run, both, kubectl, apply } = freshPlane(binary);
  const each = (count: number, pattern: RegExp) => Array.from({ length: count }, () => expect.stringMatching(pattern));
  const shown = minor < 21 ? '' : ' --show-managed-fields';
  /** What an apply that changes nothing leaves as it is; controllers may write the rest at any time. */
  const statesOf = async (text: string, { manager }: Side) => {
    const { items }: { items: AnyObject[] } = JSON.parse(await kubectl(`get -f - -o json${shown}`, text));
    return items.map(({ kind, metadata: { name, generation, labels, uid, managedFields = [] } }) => {
      const own = managedFields.filter((entry) => entry.manager === manager.manager && !entry.subresource);
      const owned = own.map(({ operation, fieldsV1 }) => ({ operation, fieldsV1 }));
      return { kind, name, generation, labels, uid, owned };
    });
  };

  const install = async ({ manifests, use }: Release, definitions: readonly string[]) => {
    expect(await apply(side.apply, manifests)).toEqual(each(objectsOf(manifests).length, side.said));
    for (const definition of definitions) await kubectl(`wait --for=condition=Established crd/${definition}`);
    if (use) expect(await apply(side.apply, use)).toEqual(each(objectsOf(use).length, side.said));
  };
  const diff = async (text: string) => {
    const { code, stderr } = await run(side.diff, text);
    return { code, stderr };
  };

  it.each(projects)('$name is applied, upgraded, diffed, pruned and deleted', async (project) => {
    const [first, second] = [release(project.name, 'v1'), release(project.name, 'v2')];
    await install(first, project.definitions);
    const before = await statesOf(whole(first), side);
    const isRewritten = ({ kind, metadata }: AnyObject) => {
      const releases = project.rewritten[kind] ?? project.rewritten[`${kind}/${metadata.name}`];
      return releases && minor >= (releases.from ?? 0) && minor < (releases.before ?? Number.POSITIVE_INFINITY);
    };
    const again = objectsOf(whole(first)).map((each) => side.again[isRewritten(each) ? 'rewritten' : 'unchanged']);
    expect(await apply(side.apply, whole(first))).toEqual(again.map((pattern) => expect.stringMatching(pattern)));
    expect(await statesOf(whole(first), side)).toEqual(before);
    expect(await diff(whole(first))).toEqual({ code: 0, stderr: '' });

    expect(await diff(whole(second))).toEqual({ code: 1, stderr: '' });
    await install(second, project.definitions);
    expect(await diff(whole(second))).toEqual({ code: 0, stderr: '' });
    for (const { owned, kind, name } of await statesOf(whole(second), side)) {
      expect(owned, `${kind} ${name}`).toEqual([{ operation: side.manager.operation, fieldsV1: expect.anything() }]);
    }

    const { namespace, name } = project.dropped;
    const list = minor < 26 ? '--prune-whitelist' : '--prune-allowlist';
    const selected = `--prune -l app.kubernetes.io/part-of=${project.part} ${list}=core/v1/ConfigMap`;
    const { code, stdout, stderr } = await run(`${side.apply} ${selected}`, whole(second));
    const isRefused = side.refusal !== undefined && minor >= side.refusal.from;
    expect({ code, stderr }).toEqual(isRefused ? { code: 1, stderr: side.refusal?.stderr } : { code: 0, stderr: '' });
    const leftOver = `get configmap ${name} -n ${namespace} --ignore-not-found -o name`;
    expect([stdout.includes(`configmap/${name} pruned`), await kubectl(leftOver)]).toEqual(
      side.prunes ? [true, ''] : [false, `configmap/${name}\n`],
    );

    await kubectl(`delete configmap ${name} -n ${namespace} --ignore-not-found`);
    expect((await both('delete --timeout=90s -f -', reversed(whole(second)))).stderr).toBe('');
  });
}
