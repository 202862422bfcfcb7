/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/volume/configmap/configmap.go */
import type { ConfigMap, core } from '../../../api/types.ts';
import { VolumeError } from '../volume-error.ts';
import { type FileSource, fileVolume, selectFiles } from './files.ts';

const dataOf = (object: ConfigMap | undefined): Map<string, Buffer> =>
  new Map([
    ...Object.entries(object?.data ?? {}).map(([key, text]): [string, Buffer] => [key, Buffer.from(text)]),
    ...Object.entries(object?.binaryData ?? {}).map(([key, text]): [string, Buffer] => [
      key,
      Buffer.from(text, 'base64'),
    ]),
  ]);

export const configMapFiles: FileSource<core.ConfigMapProjection> = {
  references: ({ name = '' }, { metadata: { namespace = '' } }) => [{ plural: 'configmaps', namespace, name }],
  async files(source, mode, pod, { objects }) {
    const { name = '', optional } = source;
    const object = await objects.configMap(pod.metadata.namespace ?? '', name);
    if (!object && !optional) throw new VolumeError(`configmap "${name}" not found`);
    return selectFiles(dataOf(object), source, mode, 'configmap');
  },
};

export const configMap = fileVolume('configMap', 'configmap', configMapFiles);
