/** What is copied out of lists: rows as CSV, the kubectl command that does the same. */

import type { AnyObject, KubeObject } from '../../agent/api/types.ts';
import type { Column, ResourceView, Scene } from './view.ts';

const quoted = (value: string): string => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** https://www.rfc-editor.org/rfc/rfc4180 */
export function toCsv(rows: readonly AnyObject[], columns: readonly Column[], scene: Scene): string {
  const text = (object: AnyObject, column: Column) =>
    column.id === 'age' ? object.metadata.creationTimestamp : String(column.value(object, scene));
  const lines = rows.map((object) => columns.map((column) => quoted(text(object, column))).join(','));
  return [columns.map(({ title }) => quoted(title)).join(','), ...lines].join('\r\n');
}

export function kubectlCommand(context: string, verb: string, view: ResourceView, { metadata }: KubeObject): string {
  const { group, plural } = view.ref;
  const namespace = metadata.namespace ? ` -n ${metadata.namespace}` : '';
  return `kubectl --context ${context}${namespace} ${verb} ${group ? `${plural}.${group}` : plural}/${metadata.name}`;
}
