/**
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apis/apiextensions/validation/validation.go
 */
import { isConditionTrue } from '../conditions.ts';
import { immutable, invalid, notSupported, required } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1035Label, checkDns1123Subdomain } from '../names.ts';
import type { apiextensions, CustomResourceDefinition } from '../types.ts';
import { conversionErrors } from './conversion-validation.ts';
import { versionErrors } from './version-validation.ts';

type Spec = apiextensions.CustomResourceDefinitionSpec;

const joined = (field: string, value: string, check: (text: string) => string[]): FieldError[] => {
  const problems = check(value);
  return problems.length > 0 ? [invalid(field, value, problems.join(','))] : [];
};

function groupErrors(group: string | undefined): FieldError[] {
  const field = 'spec.group';
  if (!group) return [required(field)];
  const errors = joined(field, group, checkDns1123Subdomain);
  if (errors.length > 0) return errors;
  return group.includes('.') ? [] : [invalid(field, group, 'should be a domain with at least one dot')];
}

const mixedCase = (field: string, name: string): FieldError[] => {
  const problems = checkDns1035Label(name.toLowerCase());
  const detail = `may have mixed case, but should otherwise match: ${problems.join(',')}`;
  return problems.length > 0 ? [invalid(field, name, detail)] : [];
};

function nameErrors(names: apiextensions.CustomResourceNames, path: string): FieldError[] {
  const { plural = '', singular = '', kind = '', listKind = '', shortNames = [], categories = [] } = names;
  const given = (field: string, name: string, check: (field: string, name: string) => FieldError[]) =>
    name ? check(`${path}.${field}`, name) : [];
  const plain = (field: string, name: string) => joined(field, name, checkDns1035Label);
  return [
    ...given('plural', plural, plain),
    ...given('singular', singular, plain),
    ...given('kind', kind, mixedCase),
    ...given('listKind', listKind, mixedCase),
    ...shortNames.flatMap((name, index) => plain(`${path}.shortNames[${index}]`, name)),
    ...(kind && kind === listKind ? [invalid(`${path}.listKind`, kind, 'kind and listKind may not be the same')] : []),
    ...categories.flatMap((name, index) => plain(`${path}.categories[${index}]`, name)),
  ];
}

function versionsErrors({ versions = [] }: Spec, old: Spec | undefined): FieldError[] {
  const names = versions.map(({ name }) => name);
  const path = 'spec.versions';
  return [
    ...versions.flatMap(({ schema }, index) =>
      schema?.openAPIV3Schema ? [] : [required(`${path}[${index}].schema.openAPIV3Schema`)],
    ),
    ...versions.flatMap((version, index) => [
      ...joined(`${path}[${index}].name`, version.name ?? '', checkDns1035Label),
      ...versionErrors(
        version,
        `${path}[${index}]`,
        old?.versions.find(({ name }) => name === version.name),
      ),
    ]),
    ...(new Set(names).size < names.length ? [invalid(path, versions, 'must contain unique version names')] : []),
    ...(versions.filter(({ storage }) => storage).length === 1
      ? []
      : [invalid(path, versions, 'must have exactly one version marked as storage version')]),
  ];
}

function specErrors(definition: CustomResourceDefinition, old?: CustomResourceDefinition): FieldError[] {
  const { spec } = definition;
  const { group, names, scope, preserveUnknownFields } = spec;
  const need = (field: 'plural' | 'singular' | 'kind' | 'listKind') =>
    names[field] ? [] : [required(`spec.names.${field}`)];
  const scopes = ['Cluster', 'Namespaced'];
  return [
    ...groupErrors(group),
    ...(scope ? (scopes.includes(scope) ? [] : [notSupported('spec.scope', scope, scopes)]) : [required('spec.scope')]),
    ...versionsErrors(spec, old?.spec),
    ...need('plural'),
    ...need('singular'),
    ...need('kind'),
    ...need('listKind'),
    ...nameErrors(names, 'spec.names'),
    ...conversionErrors(definition, old),
    ...(preserveUnknownFields
      ? [
          invalid(
            'spec.preserveUnknownFields',
            true,
            'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
          ),
        ]
      : []),
  ];
}

const approval = 'api-approved.kubernetes.io';

/** https://github.com/kubernetes/enhancements/pull/1111 */
function approvalErrors({ metadata, spec }: CustomResourceDefinition): FieldError[] {
  const isProtected = ['k8s.io', 'kubernetes.io'].some((end) => spec.group === end || spec.group?.endsWith(`.${end}`));
  if (!isProtected) return [];
  const text = metadata.annotations?.[approval];
  const field = `metadata.annotations[${approval}]`;
  const link = 'see https://github.com/kubernetes/enhancements/pull/1111';
  if (!text) return [required(field, `protected groups must have approval annotation "${approval}", ${link}`)];
  if (text.startsWith('unapproved') || URL.canParse(text)) return [];
  return [
    invalid(
      field,
      text,
      `protected groups must have approval annotation "${approval}" with either a URL or a reason starting with "unapproved", ${link}`,
    ),
  ];
}

function storedErrors({ spec, status }: CustomResourceDefinition): FieldError[] {
  const { storedVersions = [] } = status ?? {};
  const path = 'status.storedVersions';
  if (storedVersions.length === 0) return [invalid(path, storedVersions, 'must have at least one stored version')];
  const names = spec.versions.map(({ name }) => name);
  return [
    ...spec.versions
      .filter(({ name, storage }) => storage && !storedVersions.includes(name))
      .map(({ name }) => invalid(path, storedVersions, `must have the storage version ${name}`)),
    ...storedVersions.flatMap((name, index) =>
      names.includes(name)
        ? []
        : [
            invalid(
              `${path}[${index}]`,
              name,
              `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
            ),
          ],
    ),
  ];
}

function content(definition: CustomResourceDefinition, old?: CustomResourceDefinition): FieldError[] {
  return [...specErrors(definition, old), ...storedErrors(definition), ...approvalErrors(definition)];
}

export function validateDefinition(definition: CustomResourceDefinition): FieldError[] {
  const { metadata, spec } = definition;
  const named = metadata.name === `${spec.names.plural}.${spec.group}`;
  const rule = 'must be spec.names.plural+"."+spec.group';
  return [...(named ? [] : [invalid('metadata.name', metadata.name, rule)]), ...content(definition)];
}

export function validateDefinitionUpdate(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition,
): FieldError[] {
  const { spec } = definition;
  const stays = (field: string, now: unknown, before: unknown): FieldError[] =>
    isEqual(now, before) ? [] : [invalid(field, now, immutable)];
  const isEstablished = isConditionTrue(old.status?.conditions, 'Established');
  return [
    ...content(definition, old),
    ...(isEstablished ? stays('spec.scope', spec.scope, old.spec.scope) : []),
    ...(isEstablished ? stays('spec.names.kind', spec.names.kind, old.spec.names.kind) : []),
    ...stays('spec.group', spec.group, old.spec.group),
    ...stays('spec.names.plural', spec.names.plural, old.spec.names.plural),
  ];
}

export function validateDefinitionStatus(definition: CustomResourceDefinition): FieldError[] {
  const { acceptedNames } = definition.status ?? {};
  return [...(acceptedNames ? nameErrors(acceptedNames, 'status.acceptedNames') : []), ...storedErrors(definition)];
}
