/**
 * Validation of volumes of pods.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (ValidateVolumes,
 * validateVolumeSource)
 */
import { duplicate, forbidden, invalid, invalidBy, oneOf, required, requiredText } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkDns1123Subdomain } from '../names.ts';
import { tryParseQuantity } from '../quantity.ts';
import type { core } from '../types.ts';
import { validateClaimTemplate } from './claim-template.ts';
import { validateFile } from './downward-api.ts';
import { validateMode, validateNoBacksteps } from './paths.ts';
import { validateItems, validateProjections } from './projections.ts';
import { remoteSources } from './remote-volumes.ts';
import { type Source, source } from './volume-source.ts';

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];
const pullPolicies = ['Always', 'IfNotPresent', 'Never'];

/** Undefined in a template: what is made for the pod depends on its name. */
type PodName = string | undefined;

function validateClaimName(path: string, volume: string, pod: PodName): FieldError[] {
  if (!pod || !volume) return [];
  const claim = `${pod}-${volume}`;
  return checkDns1123Subdomain(claim).map((detail) =>
    invalid(`${path}.name`, volume, `PVC name ${JSON.stringify(claim)}: ${detail}`),
  );
}

export const hostPathSource = source('hostPath', (at, { path, type }) =>
  path
    ? [...validateNoBacksteps(`${at}.path`, path), ...oneOf(`${at}.type`, type, hostPathTypes)]
    : [required(`${at}.path`)],
);

/** In upstream's order, of which the first that is set counts and any other is refused. */
const sources: readonly Source[] = [
  source('emptyDir', (at, { sizeLimit }) => {
    const quantity = sizeLimit === undefined ? undefined : tryParseQuantity(sizeLimit);
    if (!quantity || quantity.nano >= 0n) return [];
    return [forbidden(`${at}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')];
  }),
  hostPathSource,
  ...remoteSources.beforeSecret,
  source('secret', (at, { secretName, defaultMode, items }) => [
    ...requiredText(`${at}.secretName`, secretName),
    ...validateMode(`${at}.defaultMode`, defaultMode),
    ...validateItems(at, items),
  ]),
  ...remoteSources.beforeClaim,
  source('persistentVolumeClaim', (at, { claimName }) => requiredText(`${at}.claimName`, claimName)),
  ...remoteSources.beforeDownwardApi,
  source(
    'downwardAPI',
    (at, { defaultMode, items = [] }) => [
      ...validateMode(`${at}.defaultMode`, defaultMode),
      ...items.flatMap((file) => validateFile(at, file)),
    ],
    { twice: 'downwarAPI' },
  ),
  ...remoteSources.beforeConfigMap,
  source('configMap', (at, { name, defaultMode, items }) => [
    ...requiredText(`${at}.name`, name),
    ...validateMode(`${at}.defaultMode`, defaultMode),
    ...validateItems(at, items),
  ]),
  ...remoteSources.beforeProjected,
  source('projected', (at, projected) => [
    ...validateMode(`${at}.defaultMode`, projected.defaultMode),
    ...validateProjections(at, projected.sources ?? []),
  ]),
  ...remoteSources.last,
  source('ephemeral', (at, { volumeClaimTemplate: template }) =>
    template ? validateClaimTemplate(`${at}.volumeClaimTemplate`, template) : [required(`${at}.volumeClaimTemplate`)],
  ),
  source('image', (at, { reference, pullPolicy }, isTemplate) => [
    // A template may leave it to what makes its pods.
    ...(isTemplate ? [] : requiredText(`${at}.reference`, reference)),
    ...oneOf(`${at}.pullPolicy`, pullPolicy, pullPolicies),
  ]),
];

const places: ReadonlyMap<string, number> = new Map(sources.map(({ field }, place) => [field, place]));

/** Those that the volume has, in upstream's order. */
function sourcesOf(volume: core.Volume): Source[] {
  const found: number[] = [];
  for (const [field, value] of Object.entries(volume)) {
    const place = value ? places.get(field) : undefined;
    if (place !== undefined) found.push(place);
  }
  return found.sort((left, right) => left - right).flatMap((place) => sources[place] ?? []);
}

/** Upstream judges the length of a name only where an initiator has one. */
function validateInitiator(path: string, { name, iscsi }: core.Volume): FieldError[] {
  if (iscsi?.initiatorName === undefined || `${name}:${iscsi.targetPortal}`.length <= 64) return [];
  const detail =
    'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
  return [invalid(`${path}.name`, name, detail)];
}

function validateSource(path: string, volume: core.Volume, pod: PodName): FieldError[] {
  const [first, ...others] = sourcesOf(volume);
  if (!first) return [required(path, 'must specify a volume type')];
  const errors = first.validate(path, volume, pod === undefined);
  if (others.length === 0 && !volume.iscsi && !volume.ephemeral) return errors;
  return [
    ...errors,
    ...others.map(({ twice }) => forbidden(`${path}.${twice}`, 'may not specify more than 1 volume type')),
    ...validateInitiator(path, volume),
    ...(first.field === 'ephemeral' ? validateClaimName(path, volume.name, pod) : []),
  ];
}

const noClaims: ReadonlySet<string> = new Set();

/** Names of the claims that are made for the pod. */
function claimsMadeFor(pod: PodName, volumes: readonly core.Volume[]): ReadonlySet<string> {
  if (!pod || !volumes.some(({ ephemeral }) => ephemeral)) return noClaims;
  return new Set(volumes.filter(({ ephemeral }) => ephemeral).map(({ name }) => `${pod}-${name}`));
}

function validateVolume(at: string, volume: core.Volume, pod: PodName, valid: Map<string, core.Volume>): FieldError[] {
  const { name } = volume;
  const errors = validateSource(at, volume, pod);
  if (!name) errors.push(required(`${at}.name`));
  else errors.push(...invalidBy(`${at}.name`, name, checkDns1123Label));
  if (valid.has(name)) errors.push(duplicate(`${at}.name`, name));
  return errors;
}

/** Only what is valid can be mounted: `valid` is filled. */
export function validateVolumes(
  path: string,
  volumes: readonly core.Volume[],
  pod: PodName,
  valid: Map<string, core.Volume>,
): FieldError[] {
  const made = claimsMadeFor(pod, volumes);
  const all: FieldError[] = [];
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}[${index}]`;
    const { name, persistentVolumeClaim: claim } = volume;
    const errors = validateVolume(at, volume, pod, valid);
    if (errors.length === 0) valid.set(name, volume);
    else all.push(...errors);
    if (!claim || !made.has(claim.claimName)) continue;
    const detail = 'must not reference a PVC that gets created for an ephemeral volume';
    all.push(invalid(`${at}.persistentVolumeClaim.claimName`, claim.claimName, detail));
  }
  return all;
}
