/** https://github.com/kubernetes/pod-security-admission/blob/release-1.36/policy/check_restrictedVolumes.go */
import { type Check, type Look, plural, quoted, sortedSet } from '../check.ts';

const allowed = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

/** A volume has its name and, by its type, its source. */
const typeOf = ({ name: _name, ...source }: { name: string }): string =>
  Object.keys(source).find((type) => allowed.has(type)) ?? Object.keys(source)[0] ?? 'unknown';

const look: Look = ({ spec }) => {
  const bad = (spec.volumes ?? [])
    .map((volume) => ({ name: volume.name, type: typeOf(volume) }))
    .filter(({ type }) => !allowed.has(type));
  if (bad.length === 0) return undefined;
  const names = `${plural('volume', 'volumes', bad.length)} ${quoted(bad.map(({ name }) => name))}`;
  const types = sortedSet(bad.map(({ type }) => type));
  const what = plural('restricted volume type', 'restricted volume types', types.length);
  return {
    reason: 'restricted volume types',
    detail: `${names} ${plural('uses', 'use', bad.length)} ${what} ${quoted(types)}`,
  };
};

export const restrictedVolumes: Check = {
  id: 'restrictedVolumes',
  level: 'restricted',
  versions: [{ since: 0, look }],
  overrides: 'hostPathVolumes',
};
