/**
 * Which of the names that a definition asks for it gets: those that no other definition of its group has.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/controller/status/naming_controller.go
 */
import { findCondition, withCondition } from '../conditions.ts';
import { isEqual } from '../json/value.ts';
import type { apiextensions, CustomResourceDefinition } from '../types.ts';

type Names = apiextensions.CustomResourceNames;
type Status = apiextensions.CustomResourceDefinitionStatus;

interface Taken {
  resources: ReadonlySet<string>;
  kinds: ReadonlySet<string>;
}

/** What the others of the same group have. */
function takenBy(others: readonly CustomResourceDefinition[]): Taken {
  const names = others.flatMap(({ status }) => status?.acceptedNames ?? []);
  const given = (texts: readonly (string | undefined)[]) => new Set(texts.flatMap((text) => text || []));
  return {
    resources: given(names.flatMap(({ plural, singular, shortNames = [] }) => [plural, singular, ...shortNames])),
    kinds: given(names.flatMap(({ kind, listKind }) => [kind, listKind])),
  };
}

interface Refusal {
  reason: string;
  message: string;
}

/** The last that is found is told, as upstream. */
interface Accepting {
  names: Names;
  refusal: Refusal | undefined;
}

const inUse = (name: string): string => `${JSON.stringify(name)} is already in use`;

function accepting(spec: Names, before: Names, taken: Taken): Accepting {
  const names: Names = { ...before };
  let refusal: Refusal | undefined;
  const take = (field: 'plural' | 'singular' | 'kind' | 'listKind', used: ReadonlySet<string>, reason: string) => {
    const wanted = spec[field] ?? '';
    if (wanted !== (before[field] ?? '') && used.has(wanted)) refusal = { reason, message: inUse(wanted) };
    else if (wanted) names[field] = wanted;
  };
  take('plural', taken.resources, 'PluralConflict');
  take('singular', taken.resources, 'SingularConflict');
  const added = (spec.shortNames ?? []).filter((name) => !before.shortNames?.includes(name));
  const conflicts = added.filter((name) => taken.resources.has(name));
  if (conflicts.length > 0) {
    const messages = conflicts.map(inUse);
    refusal = {
      reason: 'ShortNamesConflict',
      message: messages.length === 1 ? (messages[0] ?? '') : `[${messages.join(', ')}]`,
    };
  } else {
    delete names.shortNames;
    if (spec.shortNames) names.shortNames = spec.shortNames;
  }
  take('kind', taken.kinds, 'KindConflict');
  take('listKind', taken.kinds, 'ListKindConflict');
  delete names.categories;
  if (spec.categories) names.categories = spec.categories;
  return { names, refusal };
}

/**
 * The status that the definition is to have; undefined where it has it. `others`: of the same group, without the
 * definition itself. `now`: RFC 3339.
 */
export function acceptedStatus(
  { spec, status = {} }: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  now: string,
): Status | undefined {
  const { names, refusal } = accepting(spec.names, status.acceptedNames ?? { plural: '', kind: '' }, takenBy(others));
  const accepted = refusal
    ? { type: 'NamesAccepted', status: 'False', ...refusal }
    : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };
  const wasEstablished = findCondition(status.conditions, 'Established');
  const established =
    wasEstablished?.status === 'True'
      ? wasEstablished
      : refusal
        ? { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }
        : {
            type: 'Established',
            status: 'True',
            reason: 'InitialNamesAccepted',
            message: 'the initial names have been accepted',
          };
  const conditions = [accepted, established].reduce(
    (all, condition) => withCondition(all, { lastTransitionTime: now, ...condition }),
    status.conditions ?? [],
  );
  const next = { ...status, acceptedNames: names, conditions };
  return isEqual(next, status) ? undefined : next;
}
