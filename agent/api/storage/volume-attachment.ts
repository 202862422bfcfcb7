/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/storage/validation/validation.go
 * (ValidateVolumeAttachment, ValidateVolumeAttachmentV1)
 */
import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { forbidden, immutable, invalid, invalidBy, required, requiredText, tooLong } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Subdomain } from '../names.ts';
import { keepMetadata } from '../status-metadata.ts';
import type { storage, VolumeAttachment } from '../types.ts';
import { validateInlineVolume } from '../validation/persistent-volume.ts';
import { validateDriver } from '../validation/remote-volumes.ts';
import { isSame } from '../validation/same.ts';
import { sizeOfEntries } from './parameters.ts';

const mostMetadata = 256 * 1024;
const longestMessage = 1024;

const source = 'spec.source';
const exactlyOne = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';

function validateSource({ inlineVolumeSpec: inline, persistentVolumeName: name }: storage.VolumeAttachmentSource) {
  if (inline && name !== undefined) return [forbidden(source, exactlyOne)];
  if (inline) return validateInlineVolume(`${source}.inlineVolumeSpec`, inline);
  if (name === undefined) return [required(source, exactlyOne)];
  return name ? [] : [required(`${source}.persistentVolumeName`, 'must specify non empty persistentVolumeName')];
}

const utf8 = new TextEncoder();

function validateError(path: string, error: storage.VolumeError | undefined): FieldError[] {
  const { message = '', errorCode } = error ?? {};
  return [
    ...(utf8.encode(message).length > longestMessage ? [tooLong(`${path}.message`, mostMetadata)] : []),
    ...(errorCode !== undefined && errorCode < 0
      ? [invalid(`${path}.errorCode`, errorCode, 'must be between 0 and 2147483647, inclusive')]
      : []),
  ];
}

function validateAttachment({ spec, status }: VolumeAttachment): FieldError[] {
  const metadata = status?.attachmentMetadata as Readonly<Record<string, string>> | undefined;
  return [
    ...requiredText('spec.attacher', spec.attacher),
    ...validateSource(spec.source),
    ...invalidBy('spec.nodeName', spec.nodeName, checkDns1123Subdomain),
    ...(sizeOfEntries(metadata) > mostMetadata ? [tooLong('status.attachmentMetadata', mostMetadata)] : []),
    ...validateError('status.attachError', status?.attachError),
    ...validateError('status.detachError', status?.detachError),
  ];
}

/** What is asked of new ones alone. */
const validateStrictly = ({ spec }: VolumeAttachment): FieldError[] => [
  ...validateDriver('spec.attacher', spec.attacher),
  ...(spec.source.persistentVolumeName === undefined
    ? []
    : invalidBy(`${source}.persistentVolumeName`, spec.source.persistentVolumeName, checkDns1123Subdomain)),
];

export const volumeAttachments = defineKind<VolumeAttachment>({
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  namespaced: false,
  representations: [{ group: 'storage.k8s.io', version: 'v1', definition: 'io.k8s.api.storage.v1.VolumeAttachment' }],
  hasStatus: true,
  needsRevision: true,
  columns: [
    nameColumn,
    column('Attacher', 'The driver that attaches the volume.', ({ spec }) => spec.attacher, { format: 'name' }),
    column('PV', 'The volume.', ({ spec }) => spec.source.persistentVolumeName ?? ''),
    column('Node', 'The node that the volume is attached to.', ({ spec }) => spec.nodeName),
    column('Attached', 'Whether the driver has attached it.', ({ status }) => status?.attached ?? false, {
      type: 'boolean',
    }),
    ageColumn,
  ],
  default(attachment) {
    attachment.spec ??= { attacher: '', nodeName: '', source: {} };
    attachment.spec.source ??= {};
  },
  prepareForCreate(attachment) {
    attachment.status = { attached: false };
  },
  prepareForStatusUpdate: keepMetadata,
  validate: (attachment, old) => [
    ...validateAttachment(attachment),
    ...(old ? [] : validateStrictly(attachment)),
    ...(old && !isSame(attachment.spec, old.spec) ? [invalid('spec', attachment.spec, immutable)] : []),
  ],
});
