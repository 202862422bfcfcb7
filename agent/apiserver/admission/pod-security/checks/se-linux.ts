/** https://github.com/kubernetes/pod-security-admission/blob/release-1.36/policy/check_seLinuxOptions.go */
import type { core } from '../../../../api/types.ts';
import { type Check, containersOf, type Look, plural, quoted, setters, sortedSet } from '../check.ts';

type Options = NonNullable<core.PodSecurityContext['seLinuxOptions']>;

const firstTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t'];
const laterTypes = [...firstTypes, 'container_engine_t'];

const lookWith =
  (types: readonly string[]): Look =>
  (subject) => {
    const isBadType = ({ type = '' }: Options) => !types.includes(type);
    const isBad = (options: Options | undefined): options is Options =>
      options !== undefined && (isBadType(options) || !!options.user || !!options.role);
    const ofPod = subject.spec.securityContext?.seLinuxOptions;
    const bad = containersOf(subject).filter(({ securityContext }) => isBad(securityContext?.seLinuxOptions));
    const all = [ofPod, ...bad.map(({ securityContext }) => securityContext?.seLinuxOptions)].filter(isBad);
    if (all.length === 0) return undefined;
    const badTypes = sortedSet(all.filter(isBadType).map(({ type = '' }) => type));
    const data = [
      ...(badTypes.length > 0 ? [`${plural('type', 'types', badTypes.length)} ${quoted(badTypes)}`] : []),
      ...(all.some(({ user }) => user) ? ['user may not be set'] : []),
      ...(all.some(({ role }) => role) ? ['role may not be set'] : []),
    ];
    const who = setters(
      isBad(ofPod),
      bad.map(({ name }) => name),
    );
    const detail = `${who} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`;
    return { reason: 'seLinuxOptions', detail };
  };

export const seLinuxOptions: Check = {
  id: 'seLinuxOptions',
  level: 'baseline',
  versions: [
    { since: 0, look: lookWith(firstTypes) },
    { since: 31, look: lookWith(laterTypes) },
  ],
};
