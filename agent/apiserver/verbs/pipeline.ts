/**
 * What every write goes through, in this order: mutate, default again, drop what is off in this release, the kind's
 * strategy (the verb applies it), reserve, validate; then the verb stores it. Every part may refuse the write with an
 * `ApiError`.
 * https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiserver/pkg/registry/rest/create.go
 */
import { checkValues, mostValues } from '../../api/json/limits.ts';
import { apiVersionOf, representationOf } from '../../api/kind.ts';
import type { AnyObject } from '../../api/types.ts';
import { type Attributes, objectIn } from '../admission/attributes.ts';
import type { Release } from '../admission/step.ts';
import type { Core } from '../core.ts';
import { validating } from '../validation.ts';
import { checkNamespace } from './decode.ts';
import { dropDuplicateOwners, dropDuplicateOwnersAfterAdmission } from './duplicate-owners.ts';
import { recordManagers, writtenBy } from './record-managers.ts';

/** Records in the object of `attributes` who owns what. */
export type Track = (core: Core, attributes: Attributes) => Promise<void>;

const trackUpdate: Track = (core, attributes) =>
  recordManagers(core, attributes, writtenBy({ ...attributes, object: objectIn(attributes) }));

/**
 * By how much defaults and admission may multiply what was sent: a container of which only the image is said becomes
 * four times as many values.
 */
const mostGrown = 5;

/**
 * From the decoded object to the one that the strategy works on. Modifies the object in `attributes`, or replaces it.
 */
export async function mutate(core: Core, attributes: Attributes, track: Track = trackUpdate): Promise<AnyObject> {
  const { kind } = attributes;
  await core.turns.pause();
  kind.default?.(objectIn(attributes));
  dropDuplicateOwners(attributes);
  // Before admission, which is no manager of its own.
  await track(core, attributes);
  await core.turns.pause();
  if (await core.admission.mutate(attributes)) kind.default?.(objectIn(attributes));
  dropDuplicateOwnersAfterAdmission(attributes);
  const admitted = objectIn(attributes);
  checkNamespace(admitted, attributes, attributes.namespace);
  checkValues(admitted, mostGrown * (kind.mostValues ?? mostValues));
  core.schemas.schemaOf(kind.representations[0])?.dropDisabled?.(admitted, attributes.old);
  return admitted;
}

/** Before an object is validated in the version in which it is written. */
export async function loadRules({ kind, info }: Pick<Attributes, 'kind' | 'info'>, object: AnyObject): Promise<void> {
  const loading = representationOf(kind, apiVersionOf(info))?.load?.(object);
  if (loading) await loading;
}

/** Undefined where all versions have the shape of the hub, as far as their rules go. */
async function asWritten({ converter }: Core, { kind, info, object, old }: Attributes & { object: AnyObject }) {
  const representation = kind.conversion && representationOf(kind, apiVersionOf(info));
  if (!representation) return undefined;
  const [written = object, before] = await converter.all(kind, representation, old ? [object, old] : [object]);
  return { object: written, old: before };
}

/**
 * Reserves and validates what the strategy has made. The caller calls what it returns once the object has been stored
 * or has failed to be. Quotas are charged last, by a step whose `reserve` is beside the store call.
 */
export async function accept(core: Core, attributes: Attributes): Promise<Release> {
  const release = core.admission.reserve(attributes);
  try {
    const write = { ...attributes, object: objectIn(attributes) };
    const written = await asWritten(core, write);
    const checked = written ? { ...write, written } : write;
    await loadRules(attributes, write.object);
    await core.turns.run(validating(core.kinds, checked, attributes.warnings));
    await core.turns.pause();
    await core.admission.validate(attributes);
  } catch (error) {
    release();
    throw error;
  }
  return release;
}

/** Of what is posted to a subresource, connected to or deleted: there is nothing to default or to validate here. */
export async function admit(core: Core, attributes: Attributes): Promise<void> {
  await core.admission.mutate(attributes);
  await core.admission.validate(attributes);
}
