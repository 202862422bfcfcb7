/**
 * Server-side apply: the object that an applied configuration makes of the live one, and who owns which field then.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/ and
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/v6.3.0/merge/update.go (Apply)
 */
import { isEqual } from '../json/value.ts';
import type { meta } from '../types.ts';
import { compare } from './compare.ts';
import { applyConflict, type Conflict } from './conflicts.ts';
import { isSameApplier, liveEntries, type ManagerEntry, sorted } from './entries.ts';
import { difference, type FieldSet, intersection, isNoFields, noFields, union } from './field-set.ts';
import { fieldsOf, withNamedParents } from './fields-of.ts';
import { merged } from './merge.ts';
import { reconciled } from './reconcile.ts';
import { withoutFields } from './remove-items.ts';
import type { KnownSchema } from './shape.ts';
import { shared } from './shared-sets.ts';
import { unowned } from './update.ts';

/** A version of the kind, as seen from the version in which somebody applies. */
export interface AppliedVersion {
  /** Undefined where nothing is known of the version's fields. */
  schema: KnownSchema | undefined;
  /** Into this version and back. Neither modifies its argument; identities in the version of the apply. */
  into(object: object): object;
  back(object: object): object;
}

export interface AppliedWrite {
  manager: string;
  /** The version of `live` and `config`. */
  apiVersion: string;
  /** '' for the object itself. */
  subresource: string;
  /** RFC 3339, in seconds. */
  time: string;
  /** Takes fields from others who own them. */
  force: boolean;
  /** Undefined where the apply creates the object. */
  live: object | undefined;
  entries: readonly meta.ManagedFieldsEntry[] | undefined;
  /** Only what the write may change of what was sent. */
  config: object;
  /** Undefined where a version is no longer served: its managers are forgotten. */
  inVersion(apiVersion: string): AppliedVersion | undefined;
  /** Conflicts with these fields are none. */
  mayTake: FieldSet;
}

export interface Applied {
  /** Shares parts with `live` and `config`. */
  object: object;
  entries: ManagerEntry[];
}

/** Who owns the fields of an object that nobody is known to own anything of. */
const beforeFirstApply = 'before-first-apply';

const definitionsOf = (schema: KnownSchema | undefined) => schema?.definitions ?? {};

const fieldsIn = ({ schema }: AppliedVersion, object: object): FieldSet =>
  fieldsOf(definitionsOf(schema), schema?.root, object);

const named = ({ schema }: AppliedVersion, set: FieldSet): FieldSet =>
  withNamedParents(definitionsOf(schema), schema?.root, set);

const without = ({ schema }: AppliedVersion, object: object, remove: FieldSet): object =>
  (withoutFields(definitionsOf(schema), schema?.root, object, remove) ?? {}) as object;

const changes = ({ schema }: AppliedVersion, live: object, next: object) =>
  compare(definitionsOf(schema), schema?.root, live, next, unowned);

function entriesAtFirst(write: AppliedWrite, version: AppliedVersion): ManagerEntry[] {
  const known = liveEntries(write.entries).map((entry) => {
    const fieldsV1 = reconciled(write.inVersion(entry.apiVersion)?.schema, entry.fieldsV1);
    return fieldsV1 === entry.fieldsV1 ? entry : { ...entry, fieldsV1 };
  });
  if (known.length > 0 || !write.live) return known;
  const fieldsV1 = changes(version, {}, write.live).changed;
  if (isNoFields(fieldsV1)) return [];
  return [{ ...entryOf(write, fieldsV1), manager: beforeFirstApply, operation: 'Update', time: write.time }];
}

const entryOf = ({ manager, apiVersion, subresource }: AppliedWrite, fieldsV1: FieldSet): ManagerEntry => ({
  manager,
  operation: 'Apply',
  apiVersion,
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...(subresource ? { subresource } : {}),
});

/** Of all entries, by version. */
function ownedByVersion(entries: readonly ManagerEntry[]): Map<string, FieldSet> {
  const owned = new Map<string, FieldSet>();
  for (const { apiVersion, fieldsV1 } of entries) {
    owned.set(apiVersion, union(owned.get(apiVersion) ?? noFields, fieldsV1));
  }
  return owned;
}

/** Without the fields that nobody owns: what is in `left`, and what somebody of `owned` has, stays. */
function* withOwned(
  version: AppliedVersion,
  whole: object,
  left: object,
  owned: FieldSet,
): Generator<undefined, object> {
  const kept = named(version, fieldsIn(version, left));
  yield;
  const wanted = union(kept, named(version, owned));
  yield;
  const all = named(version, fieldsIn(version, whole));
  yield;
  const unowned = difference(all, wanted);
  yield;
  return without(version, whole, unowned);
}

/** Without what the manager applied before and now does not, unless somebody else owns it. */
function* pruned(
  write: AppliedWrite,
  object: object,
  last: ManagerEntry,
  entries: readonly ManagerEntry[],
): Generator<undefined, object> {
  const version = write.inVersion(last.apiVersion);
  if (!version || isNoFields(last.fieldsV1)) return object;
  const whole = version.into(object);
  const lastFields = named(version, last.fieldsV1);
  yield;
  let left = version.back(without(version, whole, lastFields));
  const owned = ownedByVersion(entries);
  for (const apiVersion of [last.apiVersion, ...[...owned.keys()].filter((each) => each !== last.apiVersion)]) {
    const [at, fields] = [write.inVersion(apiVersion), owned.get(apiVersion)];
    if (!at || !fields) continue;
    yield;
    left = at.back(yield* withOwned(at, at.into(object), at.into(left), fields));
  }
  yield;
  const kept = named(version, fieldsIn(version, version.into(left)));
  yield;
  const gone = difference(named(version, fieldsIn(version, whole)), kept);
  yield;
  return version.back(without(version, whole, intersection(gone, lastFields)));
}

/** Of the same version it had nothing that it does not apply now: there is nothing to take away. */
const appliesNoLess = (last: ManagerEntry, mine: ManagerEntry): boolean =>
  last.apiVersion === mine.apiVersion && union(mine.fieldsV1, last.fieldsV1) === mine.fieldsV1;

interface Others {
  entries: ManagerEntry[];
  conflicts: Conflict[];
}

/** What is left to the others. */
function* othersAfter(
  write: AppliedWrite,
  next: object,
  entries: readonly ManagerEntry[],
): Generator<undefined, Others> {
  const live = write.live ?? {};
  const found = new Map<string, ReturnType<typeof changes> | undefined>();
  const others: Others = { entries: [], conflicts: [] };
  for (const entry of entries) {
    yield;
    if (!found.has(entry.apiVersion)) {
      const version = write.inVersion(entry.apiVersion);
      found.set(entry.apiVersion, version && changes(version, version.into(live), version.into(next)));
    }
    const changed = found.get(entry.apiVersion);
    if (!changed) continue;
    const taken = intersection(entry.fieldsV1, changed.changed);
    if (!isNoFields(taken)) others.conflicts.push({ entry, fields: taken });
    const fieldsV1 = difference(difference(entry.fieldsV1, taken), changed.removed);
    if (fieldsV1 === entry.fieldsV1) others.entries.push(entry);
    else if (!isNoFields(fieldsV1)) others.entries.push({ ...entry, fieldsV1 });
  }
  return others;
}

/** Conflicts that count. All or none of those that may be taken are: whoever has a conflict hears of what is left. */
function refuse({ force, mayTake }: AppliedWrite, conflicts: readonly Conflict[]): void {
  if (force) return;
  const left = conflicts
    .map(({ entry, fields }) => ({ entry, fields: difference(fields, mayTake) }))
    .filter(({ fields }) => !isNoFields(fields));
  if (left.length > 0) throw applyConflict(left);
}

const byManager = (a: Conflict, b: Conflict): number =>
  a.entry.manager < b.entry.manager ? -1 : Number(a.entry.manager > b.entry.manager);

/**
 * In steps, between which others may go on: each walks over all fields of the object. Throws `ApiError` 409 where
 * others own what it changes.
 */
export function* applied(write: AppliedWrite): Generator<undefined, Applied> {
  const version = write.inVersion(write.apiVersion);
  if (!version) throw new Error(`nothing is known of version ${write.apiVersion}`);
  const before = entriesAtFirst(write, version);
  yield;
  const fields = fieldsIn(version, write.config);
  yield;
  const mine = entryOf(write, shared(fields));
  const last = before.find((entry) => isSameApplier(entry, mine));
  const others = before.filter((entry) => entry !== last);
  yield;
  const { schema } = version;
  const together = merged(definitionsOf(schema), schema?.root, write.live ?? {}, write.config) as object;
  yield;
  const goesOn = !last || appliesNoLess(last, mine);
  const object = goesOn ? together : yield* pruned(write, together, last, [...others, mine]);
  const { entries, conflicts } = yield* othersAfter(write, object, others);
  refuse(write, conflicts.sort(byManager));
  const fieldsV1 = difference(mine.fieldsV1, unowned);
  const unchanged = write.live !== undefined && isEqual(write.live, object);
  const time = unchanged ? last?.time : write.time;
  const own = isNoFields(fieldsV1) ? [] : [{ ...mine, fieldsV1: shared(fieldsV1), ...(time ? { time } : {}) }];
  return { object, entries: sorted([...entries, ...own]) };
}
