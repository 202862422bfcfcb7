/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/resource/validation/validation.go
 * (validateResourceClaimStatusUpdate)
 */
import { forbidden, invalid, notSupported, required, requiredText, tooLong, tooMany } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import type { ResourceClaim, resource } from '../types.ts';
import { bytesOf } from '../utf8.ts';
import { validateConditions } from '../validation/conditions.ts';
import { validateKept } from '../validation/kept.ts';
import { validateDriver } from '../validation/remote-volumes.ts';
import { validateNodeSelector } from '../validation/scheduling.ts';
import { requestNames, validateRequestName, validateRequestNames } from './claim-rules.ts';
import {
  mostConfigurations,
  mostRequests,
  validateConfiguration,
  validateDns,
  validateFreeForm,
  validateList,
  validatePoolName,
  validateSet,
} from './common.ts';

type Status = resource.ResourceClaimStatus;
type Consumer = NonNullable<Status['reservedFor']>[number];
type DeviceStatus = NonNullable<Status['devices']>[number];
type Results = NonNullable<NonNullable<resource.AllocationResult['devices']>['results']>;

const mostConsumers = 256;
const mostConditions = 8;
const longestInterface = 256;
const longestAddress = 128;

interface DeviceId {
  driver: string;
  pool: string;
  device: string;
  shareID?: string;
}

/** As upstream shows it: `driver/pool/device`, and behind it the share where there is one. */
export const deviceId = ({ driver, pool, device, shareID }: DeviceId): string =>
  [driver, pool, device, ...(shareID ? [shareID] : [])].join('/');

export const resultsOf = (status: Status | undefined): Results => status?.allocation?.devices?.results ?? [];

const validateConsumer = (at: string, { resource: plural, name, uid }: Consumer): FieldError[] => [
  ...requiredText(`${at}.resource`, plural),
  ...requiredText(`${at}.name`, name),
  ...requiredText(`${at}.uid`, uid),
];

function validateNetwork(
  path: string,
  { interfaceName = '', hardwareAddress = '' }: NonNullable<DeviceStatus['networkData']>,
) {
  return [
    ...(bytesOf(interfaceName) > longestInterface ? [tooLong(`${path}.interfaceName`, longestInterface)] : []),
    ...(bytesOf(hardwareAddress) > longestAddress ? [tooLong(`${path}.hardwareAddress`, longestAddress)] : []),
  ];
}

function validateDevice(at: string, device: DeviceStatus, allocated: ReadonlySet<string>): FieldError[] {
  const { conditions = [], data, networkData } = device;
  const id = deviceId(device);
  return [
    ...validateDriver(`${at}.driver`, device.driver),
    ...validatePoolName(`${at}.pool`, device.pool),
    ...validateDns(`${at}.device`, device.device),
    ...(allocated.has(id) ? [] : [invalid(at, id, 'must be an allocated device in the claim')]),
    ...(conditions.length > mostConditions ? [tooMany(`${at}.conditions`, conditions.length, mostConditions)] : []),
    ...validateConditions(`${at}.conditions`, conditions),
    ...(data === undefined ? [] : validateFreeForm(`${at}.data`, data)),
    ...(networkData ? validateNetwork(`${at}.networkData`, networkData) : []),
  ];
}

function validateReservation(claim: ResourceClaim, old: ResourceClaim): FieldError[] {
  const reserved = claim.status?.reservedFor ?? [];
  const at = 'status.reservedFor';
  if (reserved.length === 0) return [];
  if (!claim.status?.allocation) return [forbidden(at, 'may not be specified when `allocated` is not set')];
  const before = old.status?.reservedFor ?? [];
  const added = reserved.some((consumer) => !before.some((each) => isEqual(each, consumer)));
  if (claim.metadata.deletionTimestamp === undefined || !added) return [];
  return [forbidden(at, 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set')];
}

const sources = ['FromClaim', 'FromClass'];

function validateAllocation(path: string, allocation: resource.AllocationResult, names: ReadonlySet<string>) {
  const { devices = {}, nodeSelector } = allocation;
  return [
    ...validateList(`${path}.devices.results`, devices.results ?? [], mostRequests, (at, result) => [
      ...validateRequestName(`${at}.request`, result.request, names),
      ...validateDriver(`${at}.driver`, result.driver),
      ...validatePoolName(`${at}.pool`, result.pool),
      ...validateDns(`${at}.device`, result.device),
    ]),
    ...validateList(`${path}.devices.config`, devices.config ?? [], 2 * mostConfigurations, (at, configuration) => [
      ...(configuration.source ? [] : [required(`${at}.source`)]),
      ...(configuration.source && !sources.includes(configuration.source)
        ? [notSupported(`${at}.source`, configuration.source, sources)]
        : []),
      ...validateRequestNames(`${at}.requests`, configuration.requests ?? [], names),
      ...validateConfiguration(at, configuration),
    ]),
    ...(nodeSelector ? validateNodeSelector(`${path}.nodeSelector`, nodeSelector) : []),
  ];
}

export function validateClaimStatus(claim: ResourceClaim, old: ResourceClaim): FieldError[] {
  const { status } = claim;
  const allocated = new Set(resultsOf(status).map(deviceId));
  const at = 'status.allocation';
  const devices = status?.devices ?? [];
  const judged = old.status?.allocation
    ? status?.allocation && validateKept(at, status.allocation, old.status.allocation)
    : status?.allocation && validateAllocation(at, status.allocation, requestNames(claim.spec.devices ?? {}));
  return [
    ...validateSet('status.reservedFor', status?.reservedFor ?? [], {
      most: mostConsumers,
      key: ({ uid }) => uid,
      validate: validateConsumer,
    }),
    ...validateSet('status.devices', devices, {
      most: devices.length,
      key: deviceId,
      validate: (path, device) => validateDevice(path, device, allocated),
    }),
    ...validateReservation(claim, old),
    ...(judged ?? []),
  ];
}

/** In place: what a driver says of a device goes with its allocation. */
export function dropDeallocated(claim: ResourceClaim, old: ResourceClaim): void {
  const { devices } = claim.status ?? {};
  if (!devices) return;
  const kept = new Set(resultsOf(claim.status).map(deviceId));
  const gone = new Set(
    resultsOf(old.status)
      .map(deviceId)
      .filter((id) => !kept.has(id)),
  );
  const { devices: _devices, ...rest } = claim.status ?? {};
  const left = devices.filter((device) => !gone.has(deviceId(device)));
  claim.status = left.length > 0 ? { ...rest, devices: left } : rest;
}
