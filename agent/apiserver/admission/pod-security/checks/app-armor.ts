/** https://github.com/kubernetes/pod-security-admission/blob/release-1.36/policy/check_appArmorProfile.go */
import { quote } from '../../../../api/quote.ts';
import { type Check, containersOf, type Look, plural, quoted, setters, sortedSet } from '../check.ts';

const prefix = 'container.apparmor.security.beta.kubernetes.io/';

const isBadType = (type: string | undefined): type is string =>
  type !== undefined && type !== 'RuntimeDefault' && type !== 'Localhost';
const isBadAnnotation = (value: string): boolean =>
  value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/');

const look: Look = (subject) => {
  const ofPod = subject.spec.securityContext?.appArmorProfile?.type;
  const bad = containersOf(subject).filter(({ securityContext }) => isBadType(securityContext?.appArmorProfile?.type));
  const annotations = Object.entries(subject.metadata.annotations ?? {})
    .filter(([key, value]) => key.startsWith(prefix) && isBadAnnotation(value))
    .map(([key, value]) => `${key}=${quote(value)}`)
    .sort();
  const types = [ofPod, ...bad.map(({ securityContext }) => securityContext?.appArmorProfile?.type)];
  const values = [...sortedSet(types.filter(isBadType)), ...annotations];
  if (values.length === 0) return undefined;
  const who = setters(
    isBadType(ofPod),
    bad.map(({ name }) => name),
    annotations.length > 0 ? [plural('annotation', 'annotations', annotations.length)] : [],
  );
  return {
    reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length),
    detail: `${who} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

export const appArmorProfile: Check = { id: 'appArmorProfile', level: 'baseline', versions: [{ since: 0, look }] };
