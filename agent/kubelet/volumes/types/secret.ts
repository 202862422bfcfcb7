/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/volume/secret/secret.go */
import type { core, Secret } from '../../../api/types.ts';
import { VolumeError } from '../volume-error.ts';
import { type FileSource, fileVolume, selectFiles } from './files.ts';

const dataOf = (object: Secret | undefined): Map<string, Buffer> =>
  new Map(Object.entries(object?.data ?? {}).map(([key, text]) => [key, Buffer.from(text, 'base64')]));

export const secretFiles: FileSource<core.SecretProjection> = {
  references: ({ name = '' }, { metadata: { namespace = '' } }) => [{ plural: 'secrets', namespace, name }],
  async files(source, mode, pod, { objects }) {
    const { name = '', optional } = source;
    const object = await objects.secret(pod.metadata.namespace ?? '', name);
    if (!object && !optional) throw new VolumeError(`secret "${name}" not found`);
    return selectFiles(dataOf(object), source, mode, 'secret');
  },
};

/** A volume names its secret `secretName`, a projection names it `name`. */
const projectionOf = ({ secretName, items, optional }: core.SecretVolumeSource): core.SecretProjection => ({
  ...(secretName === undefined ? {} : { name: secretName }),
  ...(items === undefined ? {} : { items }),
  ...(optional === undefined ? {} : { optional }),
});

export const secret = fileVolume('secret', 'secret', {
  references: (source, pod) => secretFiles.references(projectionOf(source), pod),
  files: (source, mode, pod, inputs) => secretFiles.files(projectionOf(source), mode, pod, inputs),
});
