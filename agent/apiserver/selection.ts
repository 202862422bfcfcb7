/** Which objects of a kind a list or watch is about. */
import {
  type FieldRequirement,
  fieldMatcher,
  parseFieldSelector,
  readsVersion,
  requiredField,
  requiredValue,
} from '../api/field-selectors.ts';
import type { Served } from '../api/registry.ts';
import { matchesLabels, parseLabelSelector } from '../api/selectors.ts';
import type { Converter } from './conversion/converter.ts';
import type { StoredRecord } from './state/record.ts';
import type { Pin } from './state/watchers.ts';

export interface Selection {
  /** '' for all. */
  namespace: string;
  /** Set where only one object can match. */
  name: string | undefined;
  /** No selector beyond the namespace: every object in it matches. */
  everything: boolean;
  /** Only what has been prepared can be matched: the fields are those of a version that a webhook makes. */
  converts: boolean;
  prepare(records: readonly StoredRecord[]): Promise<void> | undefined;
  matches(record: StoredRecord): boolean;
  /** The field whose one value every match has; undefined where the selection demands none. */
  pin: Pin | undefined;
}

export interface SelectionInput {
  namespace: string;
  /** Of the object itself, where a single one is watched through the old form of its URL. */
  name?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

function pinOf(served: Served, fields: readonly FieldRequirement[], name: string | undefined): Pin | undefined {
  if (name) return { field: 'metadata.name', value: name, read: (record) => record.name };
  const found = requiredField(served, fields);
  if (!found) return undefined;
  const { path, value } = found;
  return { field: `${served.representation.version} ${path}`, value, read: ({ object }) => found.read(object) };
}

export function createSelection(served: Served, input: SelectionInput, converter: Converter): Selection {
  const labels = parseLabelSelector(input.labelSelector || undefined);
  const fields = parseFieldSelector(input.fieldSelector || undefined);
  const matchesFields = fieldMatcher(served, fields);
  const name = input.name || requiredValue(fields, 'metadata.name');
  const namespace =
    input.namespace || (served.kind.namespaced ? (requiredValue(fields, 'metadata.namespace') ?? '') : '');
  const selecting = labels.length > 0 || fields.length > 0;
  const converts = readsVersion(served, fields);
  const { kind, representation } = served;
  return {
    namespace,
    name,
    everything: !selecting && !name,
    converts,
    pin: converts ? undefined : pinOf(served, fields, input.name),
    prepare: (records) => (converts ? converter.prepare(kind, representation, records) : undefined),
    matches: (record) =>
      (!namespace || record.namespace === namespace) &&
      (!name || record.name === name) &&
      (!selecting ||
        (matchesLabels(labels, record.object.metadata.labels) &&
          matchesFields(converts ? record.as(representation) : record.object))),
  };
}
