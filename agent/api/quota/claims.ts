/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/quota/v1/evaluator/core/persistent_volume_claims.go
 */
import { own } from '../own.ts';
import { compareQuantities, formatQuantity, parseQuantity } from '../quantity.ts';
import type { KubeObject } from '../types.ts';
import type { Amounts } from './amounts.ts';
import { countOf, type Evaluator, matchesScope } from './evaluator.ts';

const counted = countOf('persistentvolumeclaims');
const claims = 'persistentvolumeclaims';
const storage = 'requests.storage';
const ofClass = '.storageclass.storage.k8s.io/';
const classAnnotation = 'volume.beta.kubernetes.io/storage-class';

interface Claim extends KubeObject {
  spec?: {
    storageClassName?: string;
    volumeAttributesClassName?: string;
    resources?: { requests?: Amounts };
  };
  status?: {
    allocatedResources?: Amounts;
    currentVolumeAttributesClassName?: string;
    modifyVolumeStatus?: { targetVolumeAttributesClassName?: string };
  };
}

const nanoPerUnit = 1_000_000_000n;

/** A quota counts whole bytes. */
function roundedUp(amount: string): string {
  const { nano, format } = parseQuantity(amount);
  const rest = nano % nanoPerUnit;
  return rest === 0n ? amount : formatQuantity({ nano: nano - rest + nanoPerUnit, format });
}

/** While a volume grows, what is allocated already counts where it is more. */
function storageOf({ spec, status }: Claim): string | undefined {
  const asked = own(spec?.resources?.requests, 'storage');
  const allocated = own(status?.allocatedResources, 'storage');
  if (asked === undefined) return undefined;
  return roundedUp(allocated !== undefined && compareQuantities(allocated, asked) > 0 ? allocated : asked);
}

const classOf = ({ metadata, spec }: Claim): string =>
  own(metadata.annotations, classAnnotation) ?? spec?.storageClassName ?? '';

const attributesClassesOf = ({ spec, status }: Claim): string[] =>
  [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ].flatMap((name) => name || []);

export const claimEvaluator: Evaluator<Claim> = {
  counts: (resource) =>
    resource === counted ||
    [claims, storage].some((each) => resource === each || resource.endsWith(`${ofClass}${each}`)),
  usage: (claim) => {
    const [amount, name] = [storageOf(claim), classOf(claim)];
    const usage: Record<string, string> = { [claims]: '1', [counted]: '1' };
    if (name) usage[`${name}${ofClass}${claims}`] = '1';
    if (amount !== undefined) usage[storage] = amount;
    if (amount !== undefined && name) usage[`${name}${ofClass}${storage}`] = amount;
    return usage;
  },
  isInScope: (requirement, claim) =>
    requirement.scopeName === 'VolumeAttributesClass' && matchesScope(requirement, attributesClassesOf(claim)),
  chargesUpdate: (subresource) => subresource === '' || subresource === 'status',
};
