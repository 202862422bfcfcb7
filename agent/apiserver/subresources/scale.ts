/**
 * autoscaling/v1 Scale, by the paths that the kind declares.
 * https://kubernetes.io/docs/reference/kubernetes-api/autoscaling-resources/
 */
import { isObject, workingCopyOf } from '../../api/json/value.ts';
import { apiVersionOf, type Kind, partsOf, type ScalePaths } from '../../api/kind.ts';
import { selectorText } from '../../api/selectors.ts';
import type { AnyObject, meta } from '../../api/types.ts';
import { objectIn } from '../admission/attributes.ts';
import type { Core, Served } from '../core.ts';
import { badRequest, conflict, invalidNamed, modified, noSuchPath } from '../errors.ts';
import type { StoredRecord } from '../state/record.ts';
import type { LetOthersGo } from '../storage.ts';
import { validate } from '../validation.ts';
import { configOf, revisionBy } from '../verbs/apply.ts';
import { attributesOf, type Call } from '../verbs/call.ts';
import { decodePosted, postedObject, postedType } from '../verbs/decode.ts';
import { loadRules, type Track } from '../verbs/pipeline.ts';
import { recordManagers } from '../verbs/record-managers.ts';
import { change, type Decided, decided, prepare, type Revise } from '../verbs/update.ts';

export interface Scale {
  kind: 'Scale';
  apiVersion: 'autoscaling/v1';
  metadata: Pick<meta.ObjectMeta, 'name' | 'namespace' | 'uid' | 'resourceVersion' | 'creationTimestamp'>;
  spec: { replicas?: number };
  status: { replicas: number; selector?: string };
}

const steps = (path: string): string[] => path.split('.').filter(Boolean);

const read = (object: AnyObject, path: string): unknown =>
  steps(path).reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), object);

function write(object: AnyObject, path: string, value: unknown): void {
  const parents = steps(path);
  const last = parents.pop();
  let at: Record<string, unknown> = object;
  for (const step of parents) {
    const next = at[step];
    const child = isObject(next) ? next : {};
    at[step] = child;
    at = child;
  }
  if (last) at[last] = value;
}

const count = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** A custom resource has it as text already. */
function selectorOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!isObject(value)) return '';
  const isLabelSelector = 'matchLabels' in value || 'matchExpressions' in value;
  const selector: meta.LabelSelector = isLabelSelector ? value : { matchLabels: value as Record<string, string> };
  return selectorText(selector);
}

/** Of the version that is asked for; throws 404 where it has none. */
function pathsOf({ kind, representation }: Served): ScalePaths {
  const { scale } = partsOf(kind, representation);
  if (!scale) throw noSuchPath();
  return scale;
}

/** `object` is in the version of the paths. */
function scaleBy(object: AnyObject, paths: ScalePaths): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = paths.selector === undefined ? '' : selectorOf(read(object, paths.selector));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: count(read(object, paths.specReplicas)) },
    status: { replicas: count(read(object, paths.statusReplicas)), ...(selector ? { selector } : {}) },
  };
}

export async function scaleOf(core: Core, served: Served, record: StoredRecord): Promise<Scale> {
  await core.converter.prepare(served.kind, served.representation, [record]);
  return scaleBy(record.as(served.representation), pathsOf(served));
}

/** Throws `ApiError` where what was sent is no Scale of the object. */
function checkScale(kind: Kind, { metadata: { name, resourceVersion, uid } }: AnyObject, scale: Scale): number {
  const { metadata, spec } = scale;
  if (metadata.name && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  if (metadata.resourceVersion && metadata.resourceVersion !== resourceVersion) throw modified(kind, name);
  if (metadata.uid && metadata.uid !== uid) {
    const reason = `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${uid}`;
    throw conflict({ ...kind, plural: `${kind.plural}/scale` }, name, reason);
  }
  const replicas: unknown = spec?.replicas ?? 0;
  if (typeof replicas === 'number' && Number.isInteger(replicas) && replicas >= 0) return replicas;
  throw invalidNamed({ kind: 'Scale', group: 'autoscaling' }, name, [
    { type: 'Invalid', field: 'spec.replicas', value: replicas, detail: 'must be greater than or equal to 0' },
  ]);
}

const scaleType = { kind: 'Scale', apiVersion: 'autoscaling/v1' };
const posted = postedType('autoscaling', 'v1', 'Scale');

/** How a write changes the Scale, and through it the object. */
interface ScaleRevision {
  /** `object` is in the version of the request. */
  revise(present: AnyObject, object: AnyObject): unknown | Promise<unknown>;
  track: Track;
}

const revisionOfScale = (revise: Revise): ScaleRevision => ({
  revise,
  track: (core, attributes) => recordManagers(core, attributes, objectIn(attributes)),
});

/**
 * Whoever applies a Scale owns the field of the object that holds its replicas.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/managedfields/scalehandler.go
 */
function revisionByConfig(call: Call): ScaleRevision {
  const { kind, representation } = call.served;
  const paths = pathsOf(call.served);
  const { metadata, spec } = configOf(call.body, scaleType);
  const config: AnyObject = { apiVersion: apiVersionOf(representation), kind: kind.kind, metadata };
  if (spec?.replicas !== undefined) write(config, paths.specReplicas, spec.replicas);
  const { revise, track } = revisionBy(call, config);
  return {
    track,
    revise: async (present, object) => {
      const replicas = read((await revise(object)) as AnyObject, paths.specReplicas);
      return { ...present, spec: { replicas } };
    },
  };
}

async function decide(call: Call, revision: ScaleRevision, old: AnyObject, letOthersGo: LetOthersGo): Promise<Decided> {
  const { core, served } = call;
  const { kind, representation } = served;
  const paths = pathsOf(served);
  const live = await core.converter.one(kind, representation, old);
  const present = postedObject(scaleBy(live, paths), scaleType);
  const object = decodePosted(call, posted, await revision.revise(present, live));
  const attributes = attributesOf(call, { operation: 'update', object, old: present, letOthersGo });
  await core.admission.mutate(attributes);
  const replicas = checkScale(kind, old, objectIn(attributes) as object as Scale);
  const written = workingCopyOf(live);
  write(written, paths.specReplicas, replicas);
  const revised = workingCopyOf(await core.converter.one(kind, kind.representations[0], written));
  const tracked = { ...attributes, object: revised, old };
  await revision.track(core, tracked);
  const next = prepare(served, '', tracked.object, old);
  await loadRules(attributes, next);
  validate(core.kinds, { kind, subresource: '', info: attributes.info, object: next, old }, attributes.warnings);
  await core.admission.validate(attributes);
  return decided(kind, next, old, () => {});
}

/** Changes the replicas alone. Admission sees the Scale; the object goes through its kind's strategy and validation. */
function rescaled(call: Call, revision: ScaleRevision): Promise<StoredRecord> {
  return change(call, ({ object }, letOthersGo) => decide(call, revision, object, letOthersGo));
}

export const rescale = (call: Call, revise: Revise): Promise<StoredRecord> => rescaled(call, revisionOfScale(revise));

export const applyScale = (call: Call): Promise<StoredRecord> => rescaled(call, revisionByConfig(call));
