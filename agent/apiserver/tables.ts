/** Tables from the columns of a kind. https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
import type { Kind } from '../api/kind.ts';
import type { meta } from '../api/types.ts';
import { partialOf, type Target } from './forms.ts';
import type { StoredRecord } from './state/record.ts';

const columnDefinitions = new WeakMap<Kind, unknown[]>();

function definitionsOf(kind: Kind): unknown[] {
  let found = columnDefinitions.get(kind);
  if (!found) {
    found = kind.columns.map(({ name, type, format, description, priority }) => ({
      name,
      type,
      format: format ?? '',
      description,
      priority,
    }));
    columnDefinitions.set(kind, found);
  }
  return found;
}

function embedded(target: Target, record: StoredRecord): { object?: unknown } {
  const object = record.as(target.representation);
  if (target.includeObject === 'None') return {};
  if (target.includeObject === 'Object') return { object };
  return { object: partialOf(object, target.media) };
}

export function tableOf(target: Target, records: readonly StoredRecord[], metadata: meta.ListMeta) {
  const { kind, media } = target;
  const now = target.now();
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${media.metaVersion}`,
    metadata,
    columnDefinitions: definitionsOf(kind),
    rows: records.map((record) => ({
      cells: kind.columns.map((column) => column.value(record.object, now)),
      ...embedded(target, record),
    })),
  };
}
