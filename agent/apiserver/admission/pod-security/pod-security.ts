/**
 * Pods keep to the pod security standard of their namespace; writers of templates and of namespaces are warned.
 * https://kubernetes.io/docs/concepts/security/pod-security-admission/
 * https://github.com/kubernetes/pod-security-admission/blob/release-1.36/admission/admission.go
 */
import { namespaces } from '../../../api/core/namespace.ts';
import { pods } from '../../../api/core/pod.ts';
import { resourceOf } from '../../../api/kind.ts';
import { quote } from '../../../api/quote.ts';
import type { AnyObject, core, Pod } from '../../../api/types.ts';
import { forbidden, invalid } from '../../errors.ts';
import { type Attributes, objectIn, shownName } from '../attributes.ts';
import type { AdmissionStep, Cluster } from '../step.ts';
import type { Subject } from './check.ts';
import { inDetail, violationsOf } from './evaluate.ts';
import { warnOfExistingPods } from './existing-pods.ts';
import { isSameStandard, isStricter, nameOf, type Policy, policyOf } from './policy.ts';
import { resourcesWithTemplates, templateIn } from './subjects.ts';

async function validateNamespace(attributes: Attributes, { state }: Cluster): Promise<void> {
  const { kind, old, warnings } = attributes;
  const { metadata } = objectIn(attributes);
  const { policy, errors } = policyOf(metadata.labels);
  const before = old && policyOf(old.metadata.labels);
  const isNew = JSON.stringify(errors) !== JSON.stringify(before?.errors ?? []);
  if (errors.length > 0 && isNew) throw invalid(kind, metadata.name, errors);
  if (!before) return;
  const { enforce } = policy;
  const was = before.policy.enforce;
  if (isSameStandard(enforce, was) || enforce.level === 'privileged') return;
  if (enforce.version === was.version && !isStricter(enforce.level, was.level)) return;
  warnings.push(...(await warnOfExistingPods(state, metadata.name, enforce)));
}

type Containers = readonly { name: string; image?: string }[] | undefined;

const haveOtherImages = (now: Containers = [], before: Containers = []): boolean =>
  now.length !== before.length || now.some(({ image }, index) => image !== before[index]?.image);

function isDebugged(now: core.PodSpec, before: core.PodSpec): boolean {
  const images = new Map(before.ephemeralContainers?.map(({ name, image }) => [name, image]));
  return (now.ephemeralContainers ?? []).some(({ name, image }) => !images.has(name) || images.get(name) !== image);
}

/** Of what can change in a pod, the rest is none of these rules' business. */
const isSignificant = ({ spec: now }: Pod, { spec: before }: Pod): boolean =>
  haveOtherImages(now.containers, before.containers) ||
  haveOtherImages(now.initContainers, before.initContainers) ||
  isDebugged(now, before);

function warn(policy: Policy, subject: Subject, warnings: string[]): void {
  const violations = violationsOf(policy.warn, subject);
  if (violations.length === 0) return;
  warnings.push(`would violate PodSecurity ${quote(nameOf(policy.warn))}: ${inDetail(violations)}`);
}

const isPod = ({ kind }: Attributes, _object: AnyObject): _object is AnyObject & Pod =>
  resourceOf(kind) === resourceOf(pods);

function validatePod(attributes: Attributes, pod: Pod, policy: Policy): void {
  const { kind, old, warnings } = attributes;
  if (old && isPod(attributes, old) && !isSignificant(pod, old)) return;
  const violations = violationsOf(policy.enforce, pod);
  if (violations.length > 0) {
    throw forbidden(
      kind,
      shownName(pod),
      `violates PodSecurity ${quote(nameOf(policy.enforce))}: ${inDetail(violations)}`,
    );
  }
  warn(policy, pod, warnings);
}

function validateContent(attributes: Attributes, { storage }: Cluster): void {
  const { kind, namespace, warnings } = attributes;
  const labels = storage.find(namespaces, '', namespace)?.object.metadata.labels;
  if (!labels) return;
  const { policy } = policyOf(labels);
  const object = objectIn(attributes);
  if (isPod(attributes, object)) {
    validatePod(attributes, object, policy);
    return;
  }
  const template = templateIn(kind, object);
  if (template) warn(policy, template, warnings);
}

const ofNamespaces = resourceOf(namespaces);

export const podSecurity: AdmissionStep = {
  name: 'PodSecurity',
  operations: ['create', 'update'],
  resources: [ofNamespaces, 'pods', 'pods/ephemeralcontainers', 'pods/resize', ...resourcesWithTemplates],
  validate: (attributes, cluster) =>
    resourceOf(attributes.kind) === ofNamespaces
      ? validateNamespace(attributes, cluster)
      : validateContent(attributes, cluster),
};
