/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/admissionregistration/validation/validation.go
 * (validateParamKind, validateParamRef, validateValidation)
 */
import { duplicate, forbidden, invalid, invalidBy, notSupported, oneOf, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1035Label, checkDns1123Subdomain, checkPathSegment, checkQualifiedName } from '../names.ts';
import { validateLabelSelector } from '../selector-validation.ts';
import type { admissionregistration, ValidatingAdmissionPolicy } from '../types.ts';
import { isBlank } from './blank.ts';

type PolicySpec = NonNullable<admissionregistration.ValidatingAdmissionPolicy['spec']>;
type Validation = NonNullable<PolicySpec['validations']>[number];
type AuditAnnotation = NonNullable<PolicySpec['auditAnnotations']>[number];

const allAtOnce = (path: string, value: string, check: (text: string) => string[], before = ''): FieldError[] => {
  const problems = check(value);
  return problems.length > 0 ? [invalid(path, value, `${before}${problems.join(',')}`)] : [];
};

function validateApiVersion(path: string, text: string): FieldError[] {
  const parts = text.split('/');
  if (parts.length > 2) return [invalid(path, text, `unexpected GroupVersion string: ${text}`)];
  const [group = '', version = ''] = parts.length === 2 ? parts : ['', text];
  return [
    ...(group ? allAtOnce(path, group, checkDns1123Subdomain) : []),
    ...(version && text !== '/'
      ? allAtOnce(path, version, checkDns1035Label)
      : [invalid(path, text, 'version must be specified')]),
  ];
}

export function validateParamKind(path: string, { apiVersion, kind = '' }: admissionregistration.ParamKind) {
  const mixed = 'may have mixed case, but should otherwise match: ';
  const problems = kind ? checkDns1035Label(kind.toLowerCase()) : [];
  return [
    ...(apiVersion ? validateApiVersion(`${path}.apiVersion`, apiVersion) : [required(`${path}.apiVersion`)]),
    ...(kind ? [] : [required(`${path}.kind`)]),
    ...(problems.length > 0 ? [invalid(`${path}.kind`, kind, `${mixed}${problems.join(',')}`)] : []),
  ];
}

const actions = ['Deny', 'Allow'];

export function validateParamRef(path: string, reference: admissionregistration.ParamRef): FieldError[] {
  const { name, selector, parameterNotFoundAction: action } = reference;
  const exclusive = 'name and selector are mutually exclusive';
  return [
    ...(name ? invalidBy(`${path}.name`, name, checkPathSegment) : []),
    ...(name && selector ? [forbidden(`${path}.name`, exclusive)] : []),
    ...(selector ? validateLabelSelector(`${path}.selector`, selector) : []),
    ...(name && selector ? [forbidden(`${path}.selector`, exclusive)] : []),
    ...(name || selector ? [] : [required(path, 'one of name or selector must be specified')]),
    ...(action
      ? oneOf(`${path}.parameterNotFoundAction`, action, actions)
      : [required(`${path}.parameterNotFoundAction`)]),
  ];
}

const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];

export function validateValidation(path: string, validation: Validation): FieldError[] {
  const { expression, message = '', messageExpression = '', reason } = validation;
  const trimmed = message.trim();
  return [
    ...(isBlank(expression) ? [required(`${path}.expression`, 'expression is not specified')] : []),
    ...(messageExpression && isBlank(messageExpression)
      ? [invalid(`${path}.messageExpression`, messageExpression, 'must be non-empty if specified')]
      : []),
    ...(message && !trimmed ? [invalid(`${path}.message`, message, 'message must be non-empty if specified')] : []),
    ...(/[\n\r]/.test(trimmed) ? [invalid(`${path}.message`, message, 'message must not contain line breaks')] : []),
    ...oneOf(`${path}.reason`, reason, reasons),
  ];
}

const mostAnnotations = 20;
const longestValue = 5 * 1024;

function validateAnnotation(path: string, { key, valueExpression }: AuditAnnotation, policy: string): FieldError[] {
  const at = `${path}.valueExpression`;
  return [
    ...checkQualifiedName(`${policy}/${key}`).map((detail) => invalid(`${path}.key`, `${policy}/${key}`, detail)),
    ...(isBlank(valueExpression) ? [required(at, 'valueExpression is not specified')] : []),
    ...(valueExpression.trim().length > longestValue
      ? [required(at, `must not exceed ${longestValue} bytes in length`)]
      : []),
  ];
}

export function validateAuditAnnotations(path: string, annotations: readonly AuditAnnotation[], policy: string) {
  const keys = annotations.map(({ key }) => key);
  return [
    ...(annotations.length > mostAnnotations
      ? [invalid(path, annotations, `must not have more than ${mostAnnotations} auditAnnotations`)]
      : []),
    ...annotations.flatMap((annotation, index) => {
      const at = `${path}[${index}]`;
      return [
        ...validateAnnotation(at, annotation, policy),
        ...(keys.indexOf(annotation.key) < index ? [duplicate(`${at}.key`, annotation.key)] : []),
      ];
    }),
  ];
}

const validationActions = ['Audit', 'Deny', 'Warn'];
const both =
  'must not contain both Deny and Warn (repeating the same validation failure information in the API response and ' +
  'headers serves no purpose)';

export function validateActions(path: string, given: readonly string[]): FieldError[] {
  return [
    ...given.flatMap((action, index) => {
      const at = `${path}[${index}]`;
      return [
        ...(validationActions.includes(action) ? [] : [notSupported(at, action, validationActions)]),
        ...(given.indexOf(action) < index ? [duplicate(at, action)] : []),
      ];
    }),
    ...(given.includes('Deny') && given.includes('Warn') ? [invalid(path, given, both)] : []),
    ...(given.length === 0 ? [required(path, 'at least one validation action is required')] : []),
  ];
}

export const validatePolicyName = (path: string, name: string | undefined): FieldError[] =>
  name ? invalidBy(path, name, checkDns1123Subdomain) : [required(path)];

/** What a type check found; whether a path leads anywhere is not asked. */
export const validateTypeChecking = ({ status }: ValidatingAdmissionPolicy): FieldError[] =>
  (status?.typeChecking?.expressionWarnings ?? []).flatMap(({ warning, fieldRef }, index) => {
    const at = `status.typeChecking.expressionWarnings[${index}]`;
    return [
      ...(warning ? [] : [required(`${at}.warning`)]),
      ...(isBlank(fieldRef) ? [required(`${at}.fieldRef`)] : []),
    ];
  });
