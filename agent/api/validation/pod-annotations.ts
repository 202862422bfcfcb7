/**
 * Annotations of pods that mean something to the server.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidatePodSpecificAnnotations)
 */
import { forbidden, invalid } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { own } from '../own.ts';
import type { core, meta, Pod } from '../types.ts';
import { appArmorOfContainer, validateProfileAnnotations } from './profiles.ts';
import { validateTolerationsAnnotation } from './scheduling-annotations.ts';

type Annotations = Readonly<Record<string, string>> | undefined;

/** Of a pod that a kubelet made of a file of its own. */
const mirrorAnnotation = 'kubernetes.io/config.mirror';
export const isMirror = ({ annotations }: Pick<meta.ObjectMeta, 'annotations'>): boolean =>
  annotations !== undefined && own(annotations, mirrorAnnotation) !== undefined;

const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';

const isInt32 = (text: string): boolean =>
  /^(?:0|-?[1-9]\d{0,9})$/.test(text) && Number(text) >= -(2 ** 31) && Number(text) < 2 ** 31;

/** `path` is that of the annotations. */
export function validatePodAnnotations(path: string, annotations: Annotations, spec: core.PodSpec): FieldError[] {
  if (!annotations) return [];
  const errors: FieldError[] = [];
  const mirror = own(annotations, mirrorAnnotation);
  if (mirror !== undefined && !spec.nodeName) {
    const detail = 'must set spec.nodeName if mirror pod annotation is set';
    errors.push(invalid(`${path}[${mirrorAnnotation}]`, mirror, detail));
  }
  errors.push(...validateTolerationsAnnotation(path, annotations));
  const cost = own(annotations, deletionCost);
  if (cost !== undefined && !isInt32(cost)) {
    errors.push(invalid(`${path}[${deletionCost}]`, cost, 'must be a 32bit integer'));
  }
  return [...errors, ...validateProfileAnnotations(path, annotations, spec)];
}

const fixed: readonly { called: string; matches(key: string): boolean }[] = [
  { called: 'AppArmor annotations', matches: (key) => key.startsWith(appArmorOfContainer) },
  { called: 'mirror pod annotation', matches: (key) => key === mirrorAnnotation },
];

/** What a pod was created with of these it keeps, and gets no more. */
export function validateAnnotationUpdates({ metadata }: Pod, { metadata: before }: Pod): FieldError[] {
  const [now = {}, old = {}] = [metadata.annotations, before.annotations];
  const refused = (key: string, what: string) =>
    fixed
      .filter(({ matches }) => matches(key))
      .map(({ called }) => forbidden(`metadata.annotations[${key}]`, `may not ${what} ${called}`));
  return [
    ...Object.keys(old).flatMap((key) => (own(now, key) === old[key] ? [] : refused(key, 'remove or update'))),
    ...Object.keys(now).flatMap((key) => (Object.hasOwn(old, key) ? [] : refused(key, 'add'))),
  ];
}
