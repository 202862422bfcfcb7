/** https://kubernetes.io/docs/concepts/workloads/pods/downward-api/ */
import type { core, Pod } from '../../../api/types.ts';
import { type FieldFacts, fieldValue, resourceValue } from '../../spec/downward-api.ts';
import { type FileSource, fileVolume } from './files.ts';

function textOf({ fieldRef, resourceFieldRef }: core.DownwardAPIVolumeFile, pod: Pod, facts: FieldFacts): string {
  if (fieldRef) return fieldValue(pod, fieldRef.fieldPath, facts);
  return resourceFieldRef ? resourceValue(pod, resourceFieldRef, resourceFieldRef.containerName ?? '', facts) : '';
}

export const downwardAPIFiles: FileSource<core.DownwardAPIProjection> = {
  references: () => [],
  files: async ({ items = [] }, defaultMode, pod, { facts }) =>
    new Map(
      items.map((item) => [item.path, { data: Buffer.from(textOf(item, pod, facts)), mode: item.mode ?? defaultMode }]),
    ),
};

export const downwardAPI = fileVolume('downwardAPI', 'downward-api', downwardAPIFiles);
