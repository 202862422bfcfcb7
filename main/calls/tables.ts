/**
 * Lists and watch events in the two forms that the window asks for: objects, or the server's own table. A server
 * without tables answers with objects; then there are no columns.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
 */
import type { AnyObject, meta, ObjectList, Status, WatchEvent } from '../../agent/api/types.ts';
import type { TableCell, TableColumn } from '../contract/resources.ts';
import type { ResourceChanges } from '../contract/streams.ts';
import { acceptAs } from '../kube/requests.ts';

interface WireTable {
  kind: 'Table';
  metadata: meta.ListMeta;
  columnDefinitions?: TableColumn[] | null;
  rows?: { cells: TableCell[]; object: AnyObject }[] | null;
}

export type WireList = WireTable | ObjectList;

/** Each watch event carries a table of one row, or an object if the server has no tables. */
export type WireEvent =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; object: WireTable | AnyObject }
  | { type: 'ERROR'; object: Partial<Status> };

export interface Listed {
  object: AnyObject;
  cells?: readonly TableCell[];
}

export const acceptOf = ({ form }: { form?: 'objects' | 'table' }): Record<string, string> =>
  form === 'table' ? acceptAs('Table') : {};

/** A custom resource of a kind named `Table` has no `rows`. */
const isTable = (value: object): value is WireTable => 'kind' in value && value.kind === 'Table' && 'rows' in value;

/** Drops `managedFields`, which are large and never shown in lists. */
function trim(object: AnyObject): AnyObject {
  delete object.metadata.managedFields;
  return object;
}

/** Items of a list do not carry their kind; it comes from the list. */
export function readList(list: WireList): { items: Listed[]; columns?: readonly TableColumn[] } {
  if (isTable(list)) {
    const items = (list.rows ?? []).map(({ object, cells }) => ({ object: trim(object), cells }));
    return { items, columns: list.columnDefinitions ?? [] };
  }
  const { apiVersion, kind } = { apiVersion: list.apiVersion, kind: list.kind.replace(/List$/, '') };
  return { items: list.items.map((item) => ({ object: trim({ ...item, apiVersion, kind }) })) };
}

export interface WatchedObject {
  event: WatchEvent;
  cells?: readonly TableCell[];
  columns?: readonly TableColumn[];
}

export function readEvent({ type, object }: Exclude<WireEvent, { type: 'ERROR' }>): WatchedObject[] {
  if (!isTable(object)) return [{ event: { type, object: trim(object) } }];
  const columns = object.columnDefinitions?.length ? { columns: object.columnDefinitions } : {};
  return (object.rows ?? []).map((row) => ({
    event: { type, object: trim(row.object) },
    cells: row.cells,
    ...columns,
  }));
}

/** Undefined without columns. */
export const tableOf = (
  columns: readonly TableColumn[] | undefined,
  items: readonly { cells?: readonly TableCell[] }[],
): Pick<ResourceChanges, 'table'> =>
  columns ? { table: { columns, cells: items.map(({ cells = [] }) => cells) } } : {};
