/**
 * Tables from the columns of a kind.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
 */
import type { PrinterColumn } from '../api/kind.ts';
import type { AnyObject, meta } from '../api/types.ts';
import { type Body, seriesBody } from './reply.ts';
import type { StoredRecord } from './state/record.ts';
import { partialOf, type Target } from './target.ts';

type Columns = readonly PrinterColumn<AnyObject>[];

const columnDefinitions = new WeakMap<Columns, unknown[]>();

function definitionsOf(columns: Columns): unknown[] {
  let found = columnDefinitions.get(columns);
  if (!found) {
    found = columns.map(({ name, type, format, description, priority }) => ({
      name,
      type,
      format: format ?? '',
      description,
      priority,
    }));
    columnDefinitions.set(columns, found);
  }
  return found;
}

/** Columns of a version read that version, those of the kind its hub. */
const shownBy = ({ representation }: Target, record: StoredRecord): AnyObject =>
  representation.columns ? record.as(representation) : record.object;

function embedded(target: Target, record: StoredRecord): { object?: unknown } {
  const object = record.as(target.representation);
  if (target.includeObject === 'None') return {};
  if (target.includeObject === 'Object') return { object };
  return { object: partialOf(object, target.media) };
}

function ordered({ kind }: Target, records: readonly StoredRecord[]): readonly StoredRecord[] {
  const { tableOrder } = kind;
  return tableOrder ? [...records].sort((left, right) => tableOrder(left.object, right.object)) : records;
}

export function tableOf(target: Target, records: readonly StoredRecord[], metadata: meta.ListMeta): Body {
  const { kind, representation, media } = target;
  const columns = representation.columns ?? kind.columns;
  const now = target.now();
  return seriesBody({
    head: {
      kind: 'Table',
      apiVersion: `meta.k8s.io/${media.metaVersion}`,
      metadata,
      columnDefinitions: target.columnsKnown ? null : definitionsOf(columns),
    },
    field: 'rows',
    items: ordered(target, records),
    valueIn: (record) => ({
      cells: columns.map((column) => column.value(shownBy(target, record), now)),
      ...embedded(target, record),
    }),
  });
}
