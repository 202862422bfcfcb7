/**
 * Who owns which field after a write that is no apply.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management and
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/v6.3.0/merge/update.go
 */
import type { Steps } from '../json/steps.ts';
import type { meta } from '../types.ts';
import { type Comparison, compare } from './compare.ts';
import { capped, entriesBefore, isSameManager, type ManagerEntry, sorted } from './entries.ts';
import { difference, type FieldSet, isNoFields, noFields, union } from './field-set.ts';
import { reconciled } from './reconcile.ts';
import type { KnownSchema } from './shape.ts';
import { shared } from './shared-sets.ts';

/** The objects of a write in one version of their kind. */
export interface VersionedWrite {
  /** Undefined where nothing is known of the version's fields. */
  schema: KnownSchema | undefined;
  /** Undefined on creation: upstream compares a new object with an empty one. */
  live: object | undefined;
  next: object;
}

export interface TrackedWrite {
  /** Whoever writes, as `managerName` says it. */
  manager: string;
  /** The version in which it writes. */
  apiVersion: string;
  /** '' for the object itself. */
  subresource: string;
  /** RFC 3339, in seconds. */
  time: string;
  /** The entries of the live object, and those that the write brings. */
  live: readonly meta.ManagedFieldsEntry[] | undefined;
  brought: readonly meta.ManagedFieldsEntry[] | undefined;
  /** Creation tracks from nothing; an object that nobody is known to own stays so until somebody applies it. */
  creates: boolean;
  /** Undefined where nothing is known of the version. */
  schemaIn(apiVersion: string): KnownSchema | undefined;
  /** Of a version that is served; undefined for any other, whose managers are forgotten. */
  inVersion(apiVersion: string): VersionedWrite | undefined;
}

/** The server's own fields, and what names the object: nobody owns them. */
export const unowned: FieldSet = {
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:clusterName': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
  },
};

type Compare = (apiVersion: string) => Comparison | undefined;

/** Each version is compared once, when an entry of it is met. */
function comparer({ inVersion }: TrackedWrite): Compare {
  const known = new Map<string, Comparison | undefined>();
  return (apiVersion) => {
    if (!known.has(apiVersion)) {
      const objects = inVersion(apiVersion);
      known.set(apiVersion, objects && comparison(objects));
    }
    return known.get(apiVersion);
  };
}

const comparison = ({ schema, live, next }: VersionedWrite): Comparison =>
  compare(schema?.definitions ?? {}, schema?.root, live ?? {}, next, unowned);

/** Whose fields a write takes away: all that it changes, if it is somebody else's, and what is no longer there. */
type Losing = (found: Comparison) => readonly FieldSet[];
const losesToOthers: Losing = ({ changed, removed }) => [changed, removed];
/** Whoever changes his own field keeps it: to take it away and give it back would be to look at each of them twice. */
const losesToItself: Losing = ({ removed }) => [removed];

/** What is left of what somebody owns. The entry itself where it loses nothing. */
function remaining(entry: ManagerEntry, compareIn: Compare, losing: Losing): ManagerEntry | undefined {
  const found = compareIn(entry.apiVersion);
  if (!found) return undefined;
  const fieldsV1 = losing(found).reduce(difference, entry.fieldsV1);
  if (fieldsV1 === entry.fieldsV1) return entry;
  return isNoFields(fieldsV1) ? undefined : { ...entry, fieldsV1 };
}

const newEntry = ({ manager, apiVersion, time, subresource }: TrackedWrite, fieldsV1: FieldSet): ManagerEntry => ({
  manager,
  operation: 'Update',
  apiVersion,
  time,
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...(subresource ? { subresource } : {}),
});

function grown(before: FieldSet, gained: FieldSet): FieldSet {
  const all = union(before, gained);
  return all === before ? before : shared(all);
}

function* reconciledEntries({ live, brought, subresource, schemaIn }: TrackedWrite): Steps<ManagerEntry[]> {
  const entries: ManagerEntry[] = [];
  for (const entry of entriesBefore(live, brought, subresource)) {
    yield;
    const fieldsV1 = reconciled(schemaIn(entry.apiVersion), entry.fieldsV1);
    entries.push(fieldsV1 === entry.fieldsV1 ? entry : { ...entry, fieldsV1 });
  }
  return entries;
}

/**
 * The entries to store; none where nobody is known to own anything. In steps, between which others may go on: each
 * walks over all fields of the object.
 */
export function* entriesAfterUpdate(write: TrackedWrite): Steps<ManagerEntry[]> {
  const before = yield* reconciledEntries(write);
  if (before.length === 0 && !write.creates) return [];
  const compareIn = comparer(write);
  yield;
  const gained = compareIn(write.apiVersion)?.changed ?? noFields;
  const entry = newEntry(write, gained);
  const left: ManagerEntry[] = [];
  for (const each of before) {
    yield;
    const losing = isSameManager(each, entry) ? losesToItself : losesToOthers;
    left.push(...[remaining(each, compareIn, losing) ?? []].flat());
  }
  yield;
  if (isNoFields(gained)) return sorted(left);
  const own = left.find((each) => isSameManager(each, entry));
  const merged = { ...entry, fieldsV1: own ? grown(own.fieldsV1, gained) : gained };
  return sorted(capped([...left.filter((each) => each !== own), merged]));
}
