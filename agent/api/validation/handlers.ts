/**
 * Validation of probes and of what runs at the start and the end of a container.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (validateHandler,
 * validateProbe, validateLifecycle)
 */
import { forbidden, invalid, invalidBy, nonNegative, oneOf, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkHeaderName, checkPortName, checkPortNumber } from '../names.ts';
import type { core } from '../types.ts';

/** A number, or the name of a port. */
export function validatePort(path: string, port: string | number | undefined): FieldError[] {
  if (typeof port === 'string') return invalidBy(path, port, checkPortName);
  return checkPortNumber(port ?? 0).map((detail) => invalid(path, port ?? 0, detail));
}

const validateHttpGet = (path: string, action: core.HTTPGetAction): FieldError[] => [
  ...(action.path ? [] : [required(`${path}.path`)]),
  ...validatePort(`${path}.port`, action.port),
  ...oneOf(`${path}.scheme`, action.scheme, ['HTTP', 'HTTPS']),
  ...(action.httpHeaders ?? []).flatMap(({ name }) => invalidBy(`${path}.httpHeaders`, name, checkHeaderName)),
];

/** `grace` is the pod's, in seconds. */
function validateSleep(path: string, { seconds }: core.SleepAction, grace: number | undefined): FieldError[] {
  if (grace === undefined || (seconds >= 0 && seconds <= grace)) return [];
  return [invalid(path, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`)];
}

interface Handler {
  exec?: core.ExecAction;
  httpGet?: core.HTTPGetAction;
  tcpSocket?: core.TCPSocketAction;
  grpc?: core.GRPCAction;
  sleep?: core.SleepAction;
}

type Action = keyof Handler;

function validateAction(path: string, action: Action, handler: Handler, grace: number | undefined): FieldError[] {
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  const at = `${path}.${action}`;
  if (action === 'exec') return exec?.command?.length ? [] : [required(`${at}.command`)];
  if (action === 'httpGet') return httpGet ? validateHttpGet(at, httpGet) : [];
  if (action === 'tcpSocket') return tcpSocket ? validatePort(`${at}.port`, tcpSocket.port) : [];
  if (action === 'grpc') return grpc ? validatePort(`${at}.port`, grpc.port) : [];
  return sleep ? validateSleep(at, sleep, grace) : [];
}

const actions: readonly Action[] = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'];

export function validateHandler(path: string, handler: Handler, grace: number | undefined): FieldError[] {
  const [first, ...others] = actions.filter((action) => handler[action]);
  if (first === undefined) return [required(path, 'must specify a handler type')];
  const more = others.map((action) => forbidden(`${path}.${action}`, 'may not specify more than 1 handler type'));
  return [...validateAction(path, first, handler, grace), ...more];
}

const seconds = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

function validateProbe(path: string, probe: core.Probe): FieldError[] {
  const errors = validateHandler(path, probe, undefined);
  for (const field of seconds) errors.push(...nonNegative(`${path}.${field}`, probe[field]));
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) {
    errors.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
  }
  return errors;
}

function validateOnceSuccessful(path: string, probe: core.Probe | undefined): FieldError[] {
  if (!probe) return [];
  const errors = validateProbe(path, probe);
  const threshold = probe.successThreshold ?? 1;
  return threshold === 1 ? errors : [...errors, invalid(`${path}.successThreshold`, threshold, 'must be 1')];
}

function validateReadiness(path: string, probe: core.Probe | undefined): FieldError[] {
  if (!probe) return [];
  const errors = validateProbe(path, probe);
  const grace = probe.terminationGracePeriodSeconds;
  if (grace === undefined) return errors;
  const field = `${path}.terminationGracePeriodSeconds`;
  return [...errors, invalid(field, grace, 'must not be set for readinessProbes')];
}

type Hooked = Pick<core.Container, 'livenessProbe' | 'readinessProbe' | 'startupProbe' | 'lifecycle'>;

/** Of a container that runs as long as its pod. */
export function validateHooks(path: string, container: Hooked, grace: number | undefined): FieldError[] {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
  const { postStart, preStop } = lifecycle ?? {};
  return [
    ...(postStart ? validateHandler(`${path}.lifecycle.postStart`, postStart, grace) : []),
    ...(preStop ? validateHandler(`${path}.lifecycle.preStop`, preStop, grace) : []),
    ...validateOnceSuccessful(`${path}.livenessProbe`, livenessProbe),
    ...validateReadiness(`${path}.readinessProbe`, readinessProbe),
    ...validateOnceSuccessful(`${path}.startupProbe`, startupProbe),
  ];
}
