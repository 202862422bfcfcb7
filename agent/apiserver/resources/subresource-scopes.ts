/** What a write to an object or one of its subresources may change: everything else is put back. */
import { type Kind, partsOf, partVerbs, type Subresource } from '../../api/kind.ts';
import type { Served } from '../../api/registry.ts';
import type { AnyObject } from '../../api/types.ts';
import { noSuchPath } from '../errors.ts';

/** May modify the first argument. What it returns shares parts with the second, which nobody may modify. */
export type Scope = (revised: AnyObject, old: AnyObject) => AnyObject;

const withStatus = (object: AnyObject, status: AnyObject['status']): AnyObject => {
  if (status === undefined) delete object.status;
  else object.status = status;
  return object;
};

const statusAndMetadata: Scope = (revised, old) => withStatus({ ...old, metadata: revised.metadata }, revised.status);
const allButStatus: Scope = (revised, old) => withStatus(revised, old.status);
const everything: Scope = (revised) => revised;

/** Of the spec, only the named fields. */
const specFields =
  (fields: readonly string[]): Scope =>
  (revised, old) => {
    const spec = { ...old.spec };
    for (const field of fields) {
      if (revised.spec?.[field] === undefined) delete spec[field];
      else spec[field] = revised.spec[field];
    }
    return { ...old, spec };
  };

/** Metadata, and of the status only the named fields. */
const statusFields =
  (fields: readonly string[]): Scope =>
  (revised, old) => {
    const status = { ...old.status };
    for (const field of fields) {
      if (revised.status?.[field] === undefined) delete status[field];
      else status[field] = revised.status[field];
    }
    return { ...old, metadata: revised.metadata, status };
  };

export const subresourceNamed = ({ subresources = [] }: Kind, name: string): Subresource | undefined =>
  subresources.find((each) => each.name === name);

/** Undefined where the kind has no such subresource. */
export function verbsOfSubresource({ kind, representation }: Served, name: string): readonly string[] | undefined {
  const { status, scale } = partsOf(kind, representation);
  if (name === 'status' ? status : name === 'scale' && scale) return partVerbs;
  return subresourceNamed(kind, name)?.verbs;
}

/** Undefined where the subresource is not the object itself. */
function find({ kind, representation }: Served, subresource: string): Scope | undefined {
  const { status } = partsOf(kind, representation);
  if (subresource === '') return status ? allButStatus : everything;
  if (subresource === 'status') return status ? statusAndMetadata : undefined;
  const part = subresourceNamed(kind, subresource);
  if (part?.statusFields) return statusFields(part.statusFields);
  const fields = part?.specFields;
  return fields === 'all' ? allButStatus : fields && specFields(fields);
}

/** Throws 404 where there is none. */
export function scopeOf(served: Served, subresource: string): Scope {
  const scope = find(served, subresource);
  if (!scope) throw noSuchPath();
  return scope;
}

/** Subresources that are the object itself, seen in part. */
export const isPartOfObject = (served: Served, subresource: string): boolean => find(served, subresource) !== undefined;
