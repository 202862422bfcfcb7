/** https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/objectmeta.go */
import type { FieldError, Kind } from '../api/kind.ts';
import {
  checkDns1035Label,
  checkDns1123Label,
  checkDns1123Subdomain,
  checkLabelKey,
  checkLabelValue,
} from '../api/names.ts';
import type { AnyObject } from '../api/types.ts';

const nameChecks: Record<string, (name: string) => string[]> = {
  namespaces: checkDns1123Label,
  services: checkDns1035Label,
};

function validateName(kind: Kind, object: AnyObject): FieldError[] {
  const { name } = object.metadata;
  if (!name) return [{ type: 'Required', field: 'metadata.name', detail: 'name or generateName is required' }];
  const check = nameChecks[kind.plural] ?? checkDns1123Subdomain;
  return check(name).map((detail) => ({ type: 'Invalid', field: 'metadata.name', value: name, detail }));
}

function validateLabels(labels: unknown, field: string): FieldError[] {
  if (labels === undefined || labels === null) return [];
  return Object.entries(labels).flatMap(([key, value]): FieldError[] => [
    ...checkLabelKey(key).map((detail): FieldError => ({ type: 'Invalid', field, value: key, detail })),
    ...checkLabelValue(String(value)).map((detail): FieldError => ({ type: 'Invalid', field, value, detail })),
  ]);
}

const annotationLimit = 256 * 1024;

function validateAnnotations(annotations: Record<string, string> | undefined): FieldError[] {
  const field = 'metadata.annotations';
  const entries = Object.entries(annotations ?? {});
  const size = entries.reduce((sum, [key, value]) => sum + key.length + String(value).length, 0);
  return [
    ...entries.flatMap(([key]) =>
      checkLabelKey(key.toLowerCase()).map((detail): FieldError => ({ type: 'Invalid', field, value: key, detail })),
    ),
    ...(size > annotationLimit
      ? [{ type: 'TooLong' as const, field, detail: `may not be more than ${annotationLimit} bytes` }]
      : []),
  ];
}

export function validateMetadata(kind: Kind, object: AnyObject, old: AnyObject | undefined): FieldError[] {
  return [
    ...(old ? [] : validateName(kind, object)),
    ...validateLabels(object.metadata.labels, 'metadata.labels'),
    ...validateAnnotations(object.metadata.annotations),
  ];
}
