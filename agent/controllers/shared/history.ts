/**
 * The history of a workload: each state of its template is a ControllerRevision that the workload controls.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/history/controller_history.go
 */
import { controllerRevisions } from '../../api/apps/controller-revision.ts';
import { defaultTemplate } from '../../api/core/pod-defaults.ts';
import { isAlreadyExists, isNotFound } from '../../api/errors.ts';
import { canonicalJson, templateHash } from '../../api/hash.ts';
import type { Kind } from '../../api/kind.ts';
import { controllerOf, ownerReference } from '../../api/owner.ts';
import type { ControllerRevision, core, Draft, KubeObject, meta } from '../../api/types.ts';
import type { Context } from './controller.ts';
import { manageOwned } from './manage-owned.ts';

/** The label of pods that says which revision they are made from. */
export const revisionLabel = 'controller-revision-hash';

/** A state to remember. */
export interface Snapshot {
  /** Make it with `templatePatch`. */
  data: object;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** The label of the revision that holds the hash of its data. */
  hashLabel: string;
}

export interface Recorded {
  revision: ControllerRevision;
  /** How many names were taken so far; the owner keeps it in its status. */
  collisionCount: number;
}

export interface History<O extends KubeObject> {
  /** Adopts and releases revisions. Resolves with the owner's, the oldest first. */
  claim(owner: O, selector: meta.LabelSelector): Promise<ControllerRevision[]>;
  /**
   * Resolves with the newest revision, which holds the snapshot. It is one of `known` if one of them is equal, with a
   * number after all others; else a new one. Rejects with a conflict if a revision changed meanwhile.
   */
  record(owner: O, known: readonly ControllerRevision[], snapshot: Snapshot, collisionCount: number): Promise<Recorded>;
  /** Deletes the oldest revisions whose names are not in `live`, until only `limit` of those are left. */
  truncate(known: readonly ControllerRevision[], live: ReadonlySet<string>, limit: number): Promise<void>;
}

/**
 * A strategic merge patch that restores the template. `kubectl rollout undo` sends it as it is stored. Its keys are
 * sorted: kubectl compares its text with that of the present template.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollback.go
 */
export const templatePatch = (template: core.PodTemplateSpec): object =>
  JSON.parse(canonicalJson({ spec: { template: { ...template, $patch: 'replace' } } }));

interface TemplatePatch {
  spec?: { template?: core.PodTemplateSpec & { $patch?: string } };
}

/** The template that a revision restores. Throws if the revision has none. */
export function templateOf({ data, metadata }: ControllerRevision): core.PodTemplateSpec {
  const { template } = (data as TemplatePatch | undefined)?.spec ?? {};
  if (!template) throw new Error(`controller revision "${metadata.name}" has no template`);
  const { $patch: _replace, ...rest } = template;
  return rest;
}

/** Orders revisions by number, then by age, then by name. */
function olderFirst(a: ControllerRevision, b: ControllerRevision): number {
  const age = Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp);
  return a.revision - b.revision || age || (a.metadata.name < b.metadata.name ? -1 : 1);
}

/** The data of a revision with the defaults that templates have today. */
function withDefaults({ data }: ControllerRevision): unknown {
  const { template } = (data as TemplatePatch | undefined)?.spec ?? {};
  return template ? templatePatch(defaultTemplate(structuredClone(template))) : data;
}

/**
 * A template from a time of fewer defaults counts as the one with them: a new release must not replace all pods.
 * Upstream's setMatchesLatestExistingRevision.
 */
function isRevisionOf(revision: ControllerRevision, snapshot: Pick<Snapshot, 'data'>): boolean {
  const wanted = canonicalJson(snapshot.data);
  return canonicalJson(revision.data) === wanted || canonicalJson(withDefaults(revision)) === wanted;
}

/** The revisions to delete. A negative limit keeps all. */
export function planTruncation(
  known: readonly ControllerRevision[],
  live: ReadonlySet<string>,
  limit: number,
): ControllerRevision[] {
  if (limit < 0) return [];
  const past = known.filter(({ metadata }) => !live.has(metadata.name)).sort(olderFirst);
  return past.slice(0, Math.max(0, past.length - limit));
}

/** The longest part of an owner's name in the name of a revision: 253 without the hash. */
const prefixLength = 223;

function draftRevision(
  owner: KubeObject,
  { data, labels, annotations, hashLabel }: Snapshot,
  revision: number,
  collisionCount: number,
): Draft<ControllerRevision> {
  const { name, namespace } = owner.metadata;
  const hash = templateHash(data, collisionCount);
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name.slice(0, prefixLength)}-${hash}`,
      namespace,
      labels: { ...labels, [hashLabel]: hash },
      annotations,
      ownerReferences: [ownerReference(owner)],
    },
    data,
    revision,
  };
}

export function manageHistory<O extends KubeObject>(context: Context, ownerKind: Kind<O>): History<O> {
  const { client, signal } = context;
  const resource = client.resource(controllerRevisions);
  const informer = context.informer(controllerRevisions);
  const owned = manageOwned(context, ownerKind, controllerRevisions);

  const seen = async (written: ControllerRevision): Promise<ControllerRevision> => {
    await informer.caughtUp(written, signal);
    return written;
  };
  /** A name that an object of another owner or of other data has is a collision: the next count makes another name. */
  const create = async (owner: O, snapshot: Snapshot, number: number, collisionCount: number): Promise<Recorded> => {
    const draft = draftRevision(owner, snapshot, number, collisionCount);
    try {
      return { revision: await seen(await resource.create(draft, signal)), collisionCount };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const { name = '', namespace } = draft.metadata;
      const existing = await resource.get(name, namespace, signal);
      const ours = controllerOf(existing)?.uid === owner.metadata.uid && isRevisionOf(existing, snapshot);
      return ours ? { revision: existing, collisionCount } : create(owner, snapshot, number, collisionCount + 1);
    }
  };
  return {
    claim: async (owner, selector) => (await owned.claim(owner, selector)).sort(olderFirst),
    async record(owner, known, snapshot, collisionCount) {
      const sorted = [...known].sort(olderFirst);
      const newest = sorted.at(-1);
      const next = (newest?.revision ?? 0) + 1;
      const equal = sorted.findLast((each) => isRevisionOf(each, snapshot));
      if (!equal) return create(owner, snapshot, next, collisionCount);
      if (equal === newest) return { revision: equal, collisionCount };
      return { revision: await seen(await resource.update({ ...equal, revision: next }, signal)), collisionCount };
    },
    async truncate(known, live, limit) {
      for (const revision of planTruncation(known, live, limit)) {
        const { name, namespace, uid } = revision.metadata;
        try {
          await resource.delete(name, namespace, { preconditions: { uid } }, signal);
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
        await informer.seenDeleted(revision, signal);
      }
    },
  };
}
