/**
 * Combines several sources of files in one volume. If two sources have a file of the same path, the later one wins. A
 * new kind of source is one line in `sources`.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/volume/projected/projected.go
 */
import type { core, Pod } from '../../../api/types.ts';
import type { ObjectKey } from '../../sources/objects.ts';
import { configMapFiles } from './config-map.ts';
import { downwardAPIFiles } from './downward-api.ts';
import { type FileSource, type Files, fileVolume } from './files.ts';
import { secretFiles } from './secret.ts';
import { serviceAccountTokenFiles } from './service-account-token.ts';
import type { VolumeInputs } from './type.ts';

/** One part of a projected volume, of one type. */
interface Part {
  references(projection: core.VolumeProjection, pod: Pod): ObjectKey[];
  files(projection: core.VolumeProjection, mode: number, pod: Pod, inputs: VolumeInputs): Promise<Files>;
}

/** A part ignores projections of other types. */
function partOf<N extends keyof core.VolumeProjection>(
  name: N,
  source: FileSource<NonNullable<core.VolumeProjection[N]>>,
): Part {
  return {
    references(projection, pod) {
      const given = projection[name];
      return given ? source.references(given, pod) : [];
    },
    async files(projection, mode, pod, inputs) {
      const given = projection[name];
      return given ? source.files(given, mode, pod, inputs) : new Map();
    },
  };
}

const sources: readonly Part[] = [
  partOf('configMap', configMapFiles),
  partOf('secret', secretFiles),
  partOf('downwardAPI', downwardAPIFiles),
  partOf('serviceAccountToken', serviceAccountTokenFiles),
];

export const projected = fileVolume('projected', 'projected', {
  references: ({ sources: given = [] }, pod) =>
    given.flatMap((projection) => sources.flatMap((source) => source.references(projection, pod))),
  async files({ sources: given = [] }, mode, pod, inputs) {
    const files: Files = new Map();
    for (const projection of given) {
      for (const source of sources) {
        for (const [path, content] of await source.files(projection, mode, pod, inputs)) files.set(path, content);
      }
    }
    return files;
  },
});
