/** Copying out of lists: as CSV, as YAML, as the kubectl command that does the same. */

import { stringify } from 'yaml';
import { isObject } from '../../agent/api/json/value.ts';
import type { AnyObject, KubeObject } from '../../agent/api/types.ts';
import { notify, notifyError } from '../data/notifications.ts';
import type { Column, ResourceView, Scene } from './view.ts';

export function copyText(text: string, what: string): void {
  navigator.clipboard.writeText(text).then(
    () => notify(`${what} copied`),
    () =>
      notifyError({
        code: 'Clipboard',
        message: 'The clipboard refused the text',
        hint: 'Allow access and try again.',
      }),
  );
}

const quoted = (value: string): string => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** https://www.rfc-editor.org/rfc/rfc4180 */
export function toCsv(rows: readonly AnyObject[], columns: readonly Column[], scene: Scene): string {
  const text = (object: AnyObject, column: Column) =>
    column.id === 'age' ? object.metadata.creationTimestamp : String(column.value(object, scene));
  const lines = rows.map((object) => columns.map((column) => quoted(text(object, column))).join(','));
  return [columns.map(({ title }) => quoted(title)).join(','), ...lines].join('\r\n');
}

const firstOfAll = ['apiVersion', 'kind', 'metadata', 'name', 'generateName', 'namespace', 'labels', 'annotations'];

/** What a person looks for first comes first, whatever order the server keeps. */
const rank = (key: unknown): number => {
  const at = firstOfAll.indexOf(String(key));
  return at < 0 ? firstOfAll.length : at;
};

function reordered(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => rank(a) - rank(b)));
}

/** Of an object or a part of one; metadata begins with the name. */
export function toYaml(value: unknown): string {
  const object = isObject(value) && 'kind' in value ? reordered(value) : value;
  const shown =
    isObject(object) && isObject(object.metadata) ? { ...object, metadata: reordered(object.metadata) } : object;
  return stringify(shown, { lineWidth: 0, aliasDuplicateObjects: false });
}

export const manyToYaml = (objects: readonly AnyObject[]): string => objects.map(toYaml).join('---\n');

export function kubectlCommand(context: string, verb: string, view: ResourceView, { metadata }: KubeObject): string {
  const { group, plural } = view.ref;
  const namespace = metadata.namespace ? ` -n ${metadata.namespace}` : '';
  return `kubectl --context ${context}${namespace} ${verb} ${group ? `${plural}.${group}` : plural}/${metadata.name}`;
}
