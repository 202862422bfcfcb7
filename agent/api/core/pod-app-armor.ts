/**
 * AppArmor profiles were annotations once: on creation, one that a container has no field for becomes the field.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/pod/strategy.go
 * (applyAppArmorVersionSkew)
 */
import { isEqual } from '../json/value.ts';
import { own } from '../own.ts';
import type { core, Pod } from '../types.ts';
import { appArmorOfContainer, validateAppArmor } from '../validation/profiles.ts';

type Profile = NonNullable<core.PodSecurityContext['appArmorProfile']>;

const local = 'localhost/';

/** Undefined where the annotation is not one of upstream's. */
function profileOf(annotation: string): Profile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  const name = annotation.startsWith(local) ? annotation.slice(local.length) : '';
  const profile: Profile = { type: 'Localhost', localhostProfile: name };
  return name && validateAppArmor('', profile).length === 0 ? profile : undefined;
}

/** Changes the pod in place. Returns texts for `Warning` headers. */
export function adoptAppArmorAnnotations({ metadata, spec }: Pod): string[] {
  const { annotations } = metadata;
  if (!annotations || spec.os?.name === 'windows') return [];
  const containers: readonly Pick<core.Container, 'name' | 'securityContext'>[] = [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ];
  const ofPod = spec.securityContext?.appArmorProfile;
  return containers.flatMap((container) => {
    const key = `${appArmorOfContainer}${container.name}`;
    const annotation = own(annotations, key);
    if (annotation === undefined || container.securityContext?.appArmorProfile) return [];
    const profile = profileOf(annotation);
    if (profile && isEqual(profile, ofPod)) return [];
    if (profile) container.securityContext = { ...container.securityContext, appArmorProfile: profile };
    return [`metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`];
  });
}
