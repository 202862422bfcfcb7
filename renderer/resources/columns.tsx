/** Columns that many views share, and those derived from a kind's own printer columns. */
import { humanDuration } from '../../agent/api/duration.ts';
import type { Kind } from '../../agent/api/kind.ts';
import type { KubeObject } from '../../agent/api/types.ts';
import type { ResourceRef } from '../../main/contract/resources.ts';
import { useAt } from '../data/now.ts';
import { navigate } from '../data/route.ts';
import type { Column } from './view.ts';

const wholeTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
export const formatTime = (at: string): string => wholeTime.format(Date.parse(at));

/** Drawn anew when its text changes, not with every second. */
export function Age({ at }: { at: string | undefined }) {
  const text = useAt((now) => (at ? humanDuration(Math.max(0, now - Date.parse(at))) : '–'));
  if (!at) return <span className="muted">–</span>;
  return (
    <time dateTime={at} title={formatTime(at)}>
      {text}
    </time>
  );
}

/** A link to another object; opens its details in its own list. */
export function ObjectLink({ page, namespace, name }: { page: ResourceRef; namespace?: string; name: string }) {
  return (
    <button
      type="button"
      className="link truncate"
      title={name}
      tabIndex={-1}
      onClick={(event) => {
        event.stopPropagation();
        navigate({ page, object: { namespace, name } });
      }}
    >
      {name}
    </button>
  );
}

export const nameColumn: Column<KubeObject> = {
  id: 'name',
  title: 'Name',
  width: 200,
  grow: 3,
  value: ({ metadata }) => metadata.name,
  strong: true,
};

export const namespaceColumn: Column<KubeObject> = {
  id: 'namespace',
  title: 'Namespace',
  width: 116,
  grow: 0.6,
  value: ({ metadata }) => metadata.namespace ?? '',
};

/** Sorted so that ascending means youngest first, as the text reads. */
export const ageColumn: Column<KubeObject> = {
  id: 'age',
  title: 'Age',
  width: 56,
  align: 'end',
  value: ({ metadata }) => -Date.parse(metadata.creationTimestamp),
  cell: ({ metadata }) => <Age at={metadata.creationTimestamp} />,
};

export const labelsColumn: Column<KubeObject> = {
  id: 'labels',
  title: 'Labels',
  width: 180,
  grow: 1,
  hidden: true,
  value: ({ metadata }) =>
    Object.entries(metadata.labels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(' '),
};

/** The value of one of the kind's own columns, as kubectl prints it. */
export function printed<T extends KubeObject>(kind: Kind<T>, column: string): (object: T) => string | number {
  const found = kind.columns.find(({ name }) => name === column);
  return (object) => {
    const value = found?.value(object, Date.now()) ?? '';
    return typeof value === 'boolean' ? String(value) : value;
  };
}

/** `AddressType` as every other title is written. */
export const inWords = (name: string): string =>
  name.replace(/([a-z])([A-Z])(?=[a-z])/g, (_, end: string, begin: string) => `${end} ${begin.toLowerCase()}`);

const shared = new Set(['Name', 'Namespace', 'Age']);

/** Columns for a kind without a hand-made view: what kubectl would print. */
export function derivedColumns<T extends KubeObject>(kind: Kind<T>): Column<T>[] {
  const own = kind.columns
    .filter(({ name }) => !shared.has(name))
    .map(
      (column): Column<T> => ({
        id: column.name.toLowerCase().replaceAll(' ', '-'),
        title: inWords(column.name),
        width: column.type === 'integer' ? 84 : 130,
        ...(column.type === 'integer' ? { align: 'end' } : { grow: 1 }),
        ...(column.priority ? { hidden: true } : {}),
        value: printed(kind, column.name),
      }),
    );
  return [nameColumn, ...(kind.namespaced ? [namespaceColumn] : []), ...own, labelsColumn, ageColumn];
}
