/** The entries of `metadata.managedFields`: read, told apart, kept few. */
import { isEqual, isObject } from '../json/value.ts';
import type { meta } from '../types.ts';
import { type FieldSet, noFields, union } from './field-set.ts';

/** Who wrote what, as upstream records it. Without `time` where a client left it out. */
export interface ManagerEntry {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time?: string;
  fieldsType: 'FieldsV1';
  fieldsV1: FieldSet;
  subresource?: string;
}

const isNode = (value: unknown): value is FieldSet => isObject(value) && Object.values(value).every(isNode);

/** Objects keep their sets over many writes, and share them: each is looked through once. */
const sets = new WeakSet<object>();

function isFieldSet(value: object): value is FieldSet {
  if (sets.has(value)) return true;
  if (!isNode(value)) return false;
  sets.add(value);
  return true;
}

/** A client that sends back what it was told sends equal sets: those of `live` are taken, which other objects share. */
function entryOf(given: meta.ManagedFieldsEntry, live: meta.ManagedFieldsEntry | undefined): ManagerEntry | undefined {
  const { manager = '', operation, apiVersion, time, fieldsType, fieldsV1: brought = noFields, subresource } = given;
  if (operation !== 'Apply' && operation !== 'Update') return undefined;
  if (!apiVersion || (fieldsType !== undefined && fieldsType !== 'FieldsV1')) return undefined;
  const fieldsV1 = live?.fieldsV1 && isEqual(live.fieldsV1, brought) ? live.fieldsV1 : brought;
  if (!isFieldSet(fieldsV1)) return undefined;
  return {
    manager,
    operation,
    apiVersion,
    ...(time ? { time } : {}),
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(subresource ? { subresource } : {}),
  };
}

type Entries = readonly meta.ManagedFieldsEntry[];

/** Undefined where an entry is none: nobody's word then counts. */
function entriesOf(given: Entries, live: Entries): ManagerEntry[] | undefined {
  const entries: ManagerEntry[] = [];
  for (const [index, each] of given.entries()) {
    const entry = entryOf(each, live[index]);
    if (!entry) return undefined;
    entries.push(entry);
  }
  return entries;
}

/** `[{}]` asks that nobody be known to own anything. */
const isReset = ([first, ...others]: Entries): boolean =>
  first !== undefined && others.length === 0 && Object.values(first).every((value) => value === undefined);

/**
 * The entries that a write starts from: those it brings, or, where it brings none, the live ones. A write of a
 * subresource cannot bring any.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/managedfields/internal/fieldmanager.go
 * (decodeLiveOrNew)
 */
export function entriesBefore(live: Entries = [], brought: Entries = [], subresource = ''): ManagerEntry[] {
  if (!subresource && isReset(brought)) return [];
  const own = subresource ? undefined : entriesOf(brought, live);
  return own && own.length > 0 ? own : liveEntries(live);
}

/** Whose word counts on an apply: those of the live object. */
export const liveEntries = (live: Entries = []): ManagerEntry[] => entriesOf(live, live) ?? [];

type Identity = Pick<ManagerEntry, 'manager' | 'operation' | 'apiVersion' | 'subresource'>;

export const isSameManager = (a: Identity, b: Identity): boolean =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  a.apiVersion === b.apiVersion &&
  (a.subresource ?? '') === (b.subresource ?? '');

/** Whoever applies is the same manager in every version. */
export const isSameApplier = (a: Identity, b: Identity): boolean =>
  a.operation === 'Apply' && isSameManager({ ...a, apiVersion: '' }, { ...b, apiVersion: '' });

const byText = (a = '', b = ''): number => (a < b ? -1 : Number(a > b));

/** Applied entries first, then by age. */
export const sorted = (entries: readonly ManagerEntry[]): ManagerEntry[] =>
  [...entries].sort(
    (a, b) =>
      byText(a.operation, b.operation) ||
      byText(a.time, b.time) ||
      byText(a.manager, b.manager) ||
      byText(a.apiVersion, b.apiVersion) ||
      byText(a.subresource, b.subresource),
  );

/** Entries of updates; more are gathered, the oldest first, into one for each version. */
const mostUpdates = 10;
const gathered = 'ancient-changes';

/** https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/managedfields/internal/capmanagers.go */
export function capped(entries: readonly ManagerEntry[]): ManagerEntry[] {
  const updates = sorted(entries.filter(({ operation }) => operation === 'Update'));
  let left = updates.length;
  const firsts = new Map<string, ManagerEntry>();
  let result = [...entries];
  for (const entry of updates) {
    if (left <= mostUpdates) break;
    const first = firsts.get(entry.apiVersion);
    if (!first) {
      firsts.set(entry.apiVersion, entry);
      continue;
    }
    const { subresource: _subresource, ...rest } = { ...entry, manager: gathered };
    const merged = [first, ...result.filter((each) => each !== first && (each === entry || isSameManager(each, rest)))];
    const bucket = { ...rest, fieldsV1: merged.map(({ fieldsV1 }) => fieldsV1).reduce(union) };
    result = [...result.filter((each) => !merged.includes(each)), bucket];
    firsts.set(entry.apiVersion, bucket);
    left -= 1;
  }
  return result;
}

/** True where two lists of entries differ in their times at most, and in their order, which follows from these. */
export const isSameButForTimes = (a: Entries = [], b: Entries = []): boolean =>
  a.length === b.length &&
  a.every((entry, index) => {
    const isSame = (other: meta.ManagedFieldsEntry | undefined) =>
      other !== undefined && isEqual({ ...entry, time: undefined }, { ...other, time: undefined });
    return isSame(b[index]) || b.some(isSame);
  });
