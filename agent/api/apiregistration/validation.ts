/** https://github.com/kubernetes/kube-aggregator/blob/release-1.36/pkg/apis/apiregistration/validation/validation.go */
import { invalid, invalidBy, notSupported, required, requiredText } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1035Label, checkDns1123Subdomain, checkPathSegment, checkPortNumber } from '../names.ts';
import type { APIService, apiregistration } from '../types.ts';

const highestGroupPriority = 20_000;
const highestVersionPriority = 1_000;

function validateName({ metadata: { name }, spec: { group = '', version = '' } }: APIService): FieldError[] {
  const expected = `${version}.${group}`;
  if (name === expected || checkPathSegment(name).length > 0) return [];
  return [invalid('metadata.name', name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(expected)}`)];
}

function validateGroupVersion({ group = '', version = '' }: apiregistration.APIServiceSpec): FieldError[] {
  return [
    ...(group === '' && version !== 'v1'
      ? [required('spec.group', 'only v1 may have an empty group and it better be legacy kube')]
      : []),
    ...(group === '' ? [] : invalidBy('spec.group', group, checkDns1123Subdomain)),
    ...invalidBy('spec.version', version, checkDns1035Label),
  ];
}

const validatePriority = (field: string, value: number, most: number): FieldError[] =>
  value > 0 && value <= most ? [] : [invalid(field, value, `must be positive and less than ${most}`)];

const bytesOf = (base64 = ''): number => atob(base64).length;

function validateLocal({ caBundle, insecureSkipTLSVerify }: apiregistration.APIServiceSpec): FieldError[] {
  const bytes = bytesOf(caBundle);
  return [
    ...(bytes > 0 ? [invalid('spec.caBundle', `${bytes} bytes`, 'local APIServices may not have a caBundle')] : []),
    ...(insecureSkipTLSVerify
      ? [invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify')]
      : []),
  ];
}

function validateRemote(
  { namespace, name, port = 0 }: apiregistration.ServiceReference,
  { caBundle, insecureSkipTLSVerify }: apiregistration.APIServiceSpec,
): FieldError[] {
  return [
    ...requiredText('spec.service.namespace', namespace),
    ...requiredText('spec.service.name', name),
    ...checkPortNumber(port).map((problem) => invalid('spec.service.port', port, `port is not valid: ${problem}`)),
    ...(insecureSkipTLSVerify && caBundle
      ? [invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present')]
      : []),
  ];
}

export function validateApiService(service: APIService): FieldError[] {
  const { spec } = service;
  return [
    ...validateName(service),
    ...validateGroupVersion(spec),
    ...validatePriority('spec.groupPriorityMinimum', spec.groupPriorityMinimum, highestGroupPriority),
    ...validatePriority('spec.versionPriority', spec.versionPriority, highestVersionPriority),
    ...(spec.service ? validateRemote(spec.service, spec) : validateLocal(spec)),
  ];
}

const statuses = ['True', 'False', 'Unknown'];

export const validateApiServiceStatus = ({ status }: APIService): FieldError[] =>
  (status?.conditions ?? []).flatMap((condition, index) =>
    statuses.includes(condition.status)
      ? []
      : [notSupported(`status.conditions[${index}].status`, condition.status, statuses)],
  );
