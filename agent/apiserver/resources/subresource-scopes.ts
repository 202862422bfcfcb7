/** What a write to an object or one of its subresources may change: everything else is put back. */
import type { Kind } from '../../api/kind.ts';
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
  (...fields: string[]): Scope =>
  (revised, old) => {
    const spec = { ...old.spec };
    for (const field of fields) {
      if (revised.spec?.[field] === undefined) delete spec[field];
      else spec[field] = revised.spec[field];
    }
    return { ...old, spec };
  };

const scopes: Record<string, Scope> = {
  'namespaces/finalize': allButStatus,
  'pods/ephemeralcontainers': specFields('ephemeralContainers'),
  'pods/resize': specFields('containers', 'initContainers'),
};

export function scopeOf(kind: Kind, subresource: string): Scope {
  if (subresource === '') return kind.hasStatus ? allButStatus : everything;
  if (subresource === 'status' && kind.hasStatus) return statusAndMetadata;
  const scope = scopes[`${kind.plural}/${subresource}`];
  if (!scope) throw noSuchPath();
  return scope;
}

/** Subresources that are the object itself, seen in part. */
export const isPartOfObject = (kind: Kind, subresource: string): boolean =>
  subresource === '' || (subresource === 'status' && kind.hasStatus) || `${kind.plural}/${subresource}` in scopes;
