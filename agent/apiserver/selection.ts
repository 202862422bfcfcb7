/** Which objects of a kind a list or watch is about. */
import { fieldMatcher, parseFieldSelector, readsVersion, requiredValue } from '../api/field-selectors.ts';
import type { Served } from '../api/registry.ts';
import { matchesLabels, parseLabelSelector } from '../api/selectors.ts';
import type { Converter } from './conversion/converter.ts';
import type { StoredRecord } from './state/record.ts';

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
}

export interface SelectionInput {
  namespace: string;
  /** Of the object itself, where a single one is watched through the old form of its URL. */
  name?: string;
  labelSelector?: string;
  fieldSelector?: string;
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
    prepare: (records) => (converts ? converter.prepare(kind, representation, records) : undefined),
    matches: (record) =>
      (!namespace || record.namespace === namespace) &&
      (!name || record.name === name) &&
      (!selecting ||
        (matchesLabels(labels, record.object.metadata.labels) &&
          matchesFields(converts ? record.as(representation) : record.object))),
  };
}
