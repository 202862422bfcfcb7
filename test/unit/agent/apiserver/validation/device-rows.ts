/** Rows of the table: devices and claims for them. Source: pkg/apis/resource/validation. */
import { label, noSubdomain } from './pod-rows.ts';
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const of = (kind: string, spec: Json): Json => ({ apiVersion: 'resource.k8s.io/v1', kind, metadata: {}, spec });
const wanted = { deviceClassName: 'gpu.example.com' };
const claim = (devices: Json): Json => of('ResourceClaim', { devices });
const requests = (...all: Json[]): Json => claim({ requests: all });
const at = 'spec.devices.requests[0]';
const pool = { name: 'worker', resourceSliceCount: 1 };
const slice = (spec: Json): Json =>
  of('ResourceSlice', { driver: 'gpu.example.com', pool, nodeName: 'worker', ...spec });
const device = (more: Json): Json => slice({ devices: [{ name: 'gpu-0', ...more }] });
const exactlyOne = 'exactly one of `exactly` or `firstAvailable` is required';
const place = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
const immutable = 'field is immutable';

export const deviceRows: readonly Row[] = [
  {
    by: 'validateDeviceRequest',
    of: requests(
      { name: 'A' },
      { name: 'b', exactly: wanted, firstAvailable: [{ name: 'c', ...wanted }] },
      { name: 'b', exactly: { deviceClassName: '' } },
    ),
    is: [
      `${at}.name: Invalid value: "A": ${label}`,
      `${at}: Required value: ${exactlyOne}`,
      `spec.devices.requests[1]: Invalid value: null: ${exactlyOne}, but multiple fields are set`,
      'spec.devices.requests[2].exactly.deviceClassName: Required value',
      'spec.devices.requests[2]: Duplicate value: "b"',
    ],
  },
  {
    by: 'validateDeviceAllocationMode',
    of: requests(
      { name: 'a', exactly: { ...wanted, allocationMode: 'All', count: 2 } },
      { name: 'b', exactly: { ...wanted, allocationMode: 'Some' } },
      { name: 'c', exactly: { ...wanted, count: -1 } },
    ),
    is: [
      `${at}.exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'`,
      'spec.devices.requests[1].exactly.allocationMode: Unsupported value: "Some": supported values: "All", "ExactCount"',
      'spec.devices.requests[2].exactly.count: Invalid value: -1: must be greater than zero',
    ],
  },
  {
    by: 'validateDeviceClaim',
    of: claim({
      requests: [{ name: 'a', exactly: { ...wanted, selectors: [{}] } }],
      constraints: [{ requests: ['b'], matchAttribute: 'model' }],
      config: [{ opaque: { driver: 'x', parameters: [] } }, {}],
    }),
    is: [
      `${at}.exactly.selectors[0].cel: Required value`,
      `spec.devices.constraints[0].requests[0]: Invalid value: "b": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'`,
      'spec.devices.constraints[0].matchAttribute: Invalid value: "model": a fully qualified name must be a domain and a name separated by a slash',
      'spec.devices.config[0].opaque.parameters: Invalid value: "<value omitted>": must be a valid JSON object',
      'spec.devices.config[1].opaque: Required value',
    ],
  },
  {
    by: 'ValidateResourceClaimUpdate',
    of: requests({ name: 'a', exactly: { ...wanted, allocationMode: 'All' } }),
    change: { spec: { devices: { requests: [] } } },
    is: [`spec: Invalid value: {"devices":{"requests":[]}}: ${immutable}`],
  },
  {
    by: 'validateResourceClaimStatusUpdate',
    of: requests({ name: 'a', exactly: wanted }),
    subresource: 'status',
    change: {
      status: {
        reservedFor: [{ resource: '', name: 'web', uid: 'u' }],
        devices: [{ driver: 'gpu.example.com', pool: 'p', device: 'd' }],
      },
    },
    is: [
      'status.reservedFor[0].resource: Required value',
      'status.devices[0]: Invalid value: "gpu.example.com/p/d": must be an allocated device in the claim',
      'status.reservedFor: Forbidden: may not be specified when `allocated` is not set',
    ],
  },
  {
    by: 'validateDeviceRequestAllocationResult',
    of: requests({ name: 'a', exactly: wanted }),
    subresource: 'status',
    change: {
      status: {
        allocation: {
          devices: {
            results: [{ request: 'b', driver: 'gpu.example.com', pool: '', device: 'D' }],
            config: [{ source: 'FromAir', opaque: { driver: 'x', parameters: {} } }],
          },
        },
      },
    },
    is: [
      `status.allocation.devices.results[0].request: Invalid value: "b": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'`,
      'status.allocation.devices.results[0].pool: Required value',
      `status.allocation.devices.results[0].device: Invalid value: "D": ${label}`,
      'status.allocation.devices.config[0].source: Unsupported value: "FromAir": supported values: "FromClaim", "FromClass"',
    ],
  },
  {
    by: 'ValidateDeviceClass',
    of: of('DeviceClass', { extendedResourceName: 'cpu', config: [{}] }),
    is: [
      'spec.config[0].opaque: Required value',
      'spec.extendedResourceName: Invalid value: "cpu": must be a valid extended resource name',
    ],
  },
  {
    by: 'ValidateResourceClaimTemplate',
    of: of('ResourceClaimTemplate', { metadata: { name: 'a' }, spec: { devices: { requests: [{ name: 'a' }] } } }),
    is: [
      'spec.metadata.name: Forbidden: cannot be set',
      `spec.spec.devices.requests[0]: Required value: ${exactlyOne}`,
    ],
  },
  {
    by: 'validateResourceSliceSpec',
    of: of('ResourceSlice', { driver: '', pool: { name: 'A', resourceSliceCount: 0, generation: -1 } }),
    is: [
      'spec.driver: Required value',
      `spec.driver: Invalid value: "": ${noSubdomain}`,
      `spec.pool.name: Invalid value: "A": ${noSubdomain}`,
      'spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero',
      'spec.pool.generation: Invalid value: -1: must be greater than or equal to zero',
      `spec: Required value: ${place}`,
    ],
  },
  {
    by: 'validateResourceSliceSpec',
    of: slice({ allNodes: true, devices: [{ name: 'a' }, { name: 'a' }] }),
    is: [
      `spec: Invalid value: "{\`nodeName\`, \`allNodes\`}": ${place}, but multiple fields are set`,
      'spec.devices[1]: Duplicate value: "a"',
    ],
  },
  {
    by: 'ValidateResourceSliceUpdate',
    of: slice({}),
    change: { spec: { driver: 'tpu.example.com', nodeName: 'other', pool: { name: 'other' } } },
    is: [
      `spec.pool.name: Invalid value: "other": ${immutable}`,
      `spec.driver: Invalid value: "tpu.example.com": ${immutable}`,
      `spec.nodeName: Invalid value: "other": ${immutable}`,
    ],
  },
  {
    by: 'validateDevice',
    of: device({
      attributes: { model: {}, 'x/y': { string: 'a', bool: true }, 'a.b/v': { version: '1' } },
      taints: [{ key: 'k', effect: 'Maybe' }],
      nodeName: 'worker',
      bindingConditions: ['Ready'],
    }),
    is: [
      'spec.devices[0].attributes[model]: Invalid value: "": exactly one value must be specified',
      'spec.devices[0].attributes[x/y]: Invalid value: {"string":"a","bool":true}: exactly one value must be specified',
      'spec.devices[0].attributes[a.b/v].version: Invalid value: "1": must be a string compatible with semver.org spec 2.0.0',
      'spec.devices[0].taints[0].effect: Unsupported value: "Maybe": supported values: "NoExecute", "NoSchedule", "None"',
      'spec.devices[0]: Invalid value: null: `nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec',
      'spec.devices[0].bindingFailureConditions: Invalid value: []: bindingFailureConditions are required to use bindingConditions',
    ],
  },
];
