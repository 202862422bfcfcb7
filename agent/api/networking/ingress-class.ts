/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/networking/validation/validation.go
 * (ValidateIngressClass)
 */
import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { forbidden, invalid, invalidBy, notSupported, required, tooLong } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, prefixedPathProblems } from '../names.ts';
import type { IngressClass, networking } from '../types.ts';
import { validateKept } from '../validation/kept.ts';
import { validateReference } from './ingress-validation.ts';
import { retiredIngressClasses } from './retired.ts';

/** On a class: an ingress without one gets it. */
export const defaultIngressClassAnnotation = 'ingressclass.kubernetes.io/is-default-class';

const controllerPath = 'spec.controller';
const longestController = 250;

function validateController(controller: string | undefined): FieldError[] {
  if (!controller) return [required(controllerPath)];
  return [
    ...(controller.length > longestController ? [tooLong(controllerPath, longestController)] : []),
    ...prefixedPathProblems(controller).map(({ value, detail }) => invalid(controllerPath, value, detail)),
  ];
}

const scopes = ['Cluster', 'Namespace'];

function validateParameters(parameters: networking.IngressClassParametersReference): FieldError[] {
  const path = 'spec.parameters';
  const { scope, namespace } = parameters;
  const errors = validateReference(path, parameters);
  if (scope === undefined) return [...errors, required(`${path}.scope`)];
  if (!scopes.includes(scope)) return [...errors, notSupported(`${path}.scope`, scope, scopes)];
  const at = `${path}.namespace`;
  const set = `\`parameters.scope\` is set to '${scope}'`;
  if (scope === 'Cluster') return namespace === undefined ? errors : [...errors, forbidden(at, set)];
  return [...errors, ...(namespace === undefined ? [required(at, set)] : invalidBy(at, namespace, checkDns1123Label))];
}

const shownParameters = ({ spec: { parameters } }: IngressClass): string => {
  if (!parameters) return '<none>';
  const { kind, apiGroup, name } = parameters;
  return `${kind}${apiGroup === undefined ? '' : `.${apiGroup}`}/${name}`;
};

export const ingressClasses = defineKind<IngressClass>({
  kind: 'IngressClass',
  plural: 'ingressclasses',
  namespaced: false,
  representations: [
    { group: 'networking.k8s.io', version: 'v1', definition: 'io.k8s.api.networking.v1.IngressClass' },
    ...retiredIngressClasses,
  ],
  hasGeneration: true,
  columns: [
    nameColumn,
    column('Controller', 'Controller that is responsible for handling this class', ({ spec }) => spec.controller ?? ''),
    column('Parameters', 'A reference to a resource with additional parameters', shownParameters),
    ageColumn,
  ],
  default(ingressClass) {
    ingressClass.spec ??= {};
    if (ingressClass.spec.parameters) ingressClass.spec.parameters.scope ??= 'Cluster';
  },
  validate: ({ spec }, old) => [
    ...(old ? validateKept(controllerPath, spec.controller, old.spec.controller) : []),
    ...validateController(spec.controller),
    ...(spec.parameters ? validateParameters(spec.parameters) : []),
  ],
});
