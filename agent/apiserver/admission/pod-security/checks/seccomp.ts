/** https://github.com/kubernetes/pod-security-admission/tree/release-1.36/policy (check_seccompProfile_*.go) */
import { own } from '../../../../api/own.ts';
import { quote } from '../../../../api/quote.ts';
import {
  type Check,
  containersNamed,
  containersOf,
  exceptOnWindows,
  type Look,
  namesOf,
  plural,
  quoted,
  type Subject,
  setters,
  sortedSet,
  type Violation,
} from '../check.ts';

const reason = 'seccompProfile';
const podAnnotation = 'seccomp.security.alpha.kubernetes.io/pod';
const containerPrefix = 'container.seccomp.security.alpha.kubernetes.io/';

const isAllowedAnnotation = (value: string): boolean =>
  value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');

/** Before there was a field. */
const lookAnnotations: Look = (subject) => {
  const keys = [podAnnotation, ...containersOf(subject).map(({ name }) => containerPrefix + name)];
  const bad = sortedSet(
    keys.flatMap((key) => {
      const value = own(subject.metadata.annotations, key);
      return value === undefined || isAllowedAnnotation(value) ? [] : [`${key}=${quote(value)}`];
    }),
  );
  if (bad.length === 0) return undefined;
  return { reason, detail: `forbidden ${plural('annotation', 'annotations', bad.length)} ${bad.join(', ')}` };
};

const isBadType = (type: string | undefined): type is string =>
  type !== undefined && type !== 'Localhost' && type !== 'RuntimeDefault';

function badTypes(subject: Subject): Violation | undefined {
  const ofPod = subject.spec.securityContext?.seccompProfile?.type;
  const bad = containersOf(subject).filter(({ securityContext }) => isBadType(securityContext?.seccompProfile?.type));
  const types = [ofPod, ...bad.map(({ securityContext }) => securityContext?.seccompProfile?.type)].filter(isBadType);
  if (types.length === 0) return undefined;
  const who = setters(
    isBadType(ofPod),
    bad.map(({ name }) => name),
  );
  return { reason, detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(sortedSet(types))}` };
}

const lookRestricted: Look = (subject) => {
  const bad = badTypes(subject);
  if (bad || subject.spec.securityContext?.seccompProfile) return bad;
  const silent = namesOf(subject, ({ securityContext }) => !securityContext?.seccompProfile);
  if (silent.length === 0) return undefined;
  const who = `pod or ${containersNamed(silent)}`;
  return { reason, detail: `${who} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"` };
};

export const seccompChecks: readonly Check[] = [
  {
    id: 'seccompProfile_baseline',
    level: 'baseline',
    versions: [
      { since: 0, look: lookAnnotations },
      { since: 19, look: badTypes },
    ],
  },
  {
    id: 'seccompProfile_restricted',
    level: 'restricted',
    versions: [
      { since: 19, look: lookRestricted },
      { since: 25, look: exceptOnWindows(lookRestricted) },
    ],
    overrides: 'seccompProfile_baseline',
  },
];
