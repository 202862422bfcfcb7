/**
 * Validation of containers.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 */
import {
  duplicate,
  forbidden,
  invalid,
  invalidBy,
  nonNegative,
  notFound,
  notSupported,
  oneOf,
  required,
} from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import {
  checkDns1123Label,
  checkDns1123Subdomain,
  checkEnvironmentName,
  checkPortName,
  checkPortNumber,
} from '../names.ts';
import type { core } from '../types.ts';
import { validateVariableSource } from './downward-validation.ts';
import { validateResources } from './resource-validation.ts';
import { validateSecurity } from './security-validation.ts';

export const protocols = ['SCTP', 'TCP', 'UDP'];

function validatePort(path: string, port: string | number | undefined): FieldError[] {
  if (typeof port === 'string') return invalidBy(path, port, checkPortName);
  return checkPortNumber(port ?? 0).map((detail) => invalid(path, port ?? 0, detail));
}

interface Handler {
  exec?: core.ExecAction;
  httpGet?: core.HTTPGetAction;
  tcpSocket?: core.TCPSocketAction;
  grpc?: core.GRPCAction;
  sleep?: core.SleepAction;
}

const invalidHeader =
  "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for " +
  "validation is '[-A-Za-z0-9]+')";

function validateHttpGet(path: string, action: core.HTTPGetAction): FieldError[] {
  return [
    ...(action.path ? [] : [required(`${path}.path`)]),
    ...validatePort(`${path}.port`, action.port),
    ...oneOf(`${path}.scheme`, action.scheme, ['HTTP', 'HTTPS']),
    ...(action.httpHeaders ?? [])
      .filter(({ name }) => !/^[-A-Za-z0-9]+$/.test(name))
      .map(({ name }) => invalid(`${path}.httpHeaders`, name, invalidHeader)),
  ];
}

function validateHandler(path: string, handler: Handler): FieldError[] {
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  const given = Object.entries({ exec, httpGet, tcpSocket, grpc, sleep }).filter(([, action]) => action);
  if (given.length === 0) return [required(path, 'must specify a handler type')];
  const [, ...others] = given;
  const more = others.map(([name]) => forbidden(`${path}.${name}`, 'may not specify more than 1 handler type'));
  return [
    ...(exec && !exec.command?.length ? [required(`${path}.exec.command`)] : []),
    ...(httpGet ? validateHttpGet(`${path}.httpGet`, httpGet) : []),
    ...(tcpSocket ? validatePort(`${path}.tcpSocket.port`, tcpSocket.port) : []),
    ...(grpc ? validatePort(`${path}.grpc.port`, grpc.port) : []),
    ...more,
  ];
}

function validateProbe(path: string, probe: core.Probe | undefined): FieldError[] {
  if (!probe) return [];
  return [
    ...validateHandler(path, probe),
    ...nonNegative(`${path}.initialDelaySeconds`, probe.initialDelaySeconds),
    ...nonNegative(`${path}.timeoutSeconds`, probe.timeoutSeconds),
    ...nonNegative(`${path}.periodSeconds`, probe.periodSeconds),
    ...nonNegative(`${path}.successThreshold`, probe.successThreshold),
    ...nonNegative(`${path}.failureThreshold`, probe.failureThreshold),
  ];
}

function validateOneSuccess(path: string, probe: core.Probe | undefined): FieldError[] {
  const threshold = probe?.successThreshold ?? 1;
  return threshold === 1 ? [] : [invalid(`${path}.successThreshold`, threshold, 'must be 1')];
}

function validatePorts(path: string, ports: readonly core.ContainerPort[]): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const at = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (port.name) {
      errors.push(...invalidBy(`${at}.name`, port.name, checkPortName));
      if (names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name));
      names.add(port.name);
    }
    if (!port.containerPort) errors.push(required(`${at}.containerPort`));
    else errors.push(...validatePort(`${at}.containerPort`, port.containerPort));
    if (port.hostPort) errors.push(...validatePort(`${at}.hostPort`, port.hostPort));
    if (!port.protocol) errors.push(required(`${at}.protocol`));
    return [...errors, ...oneOf(`${at}.protocol`, port.protocol, protocols)];
  });
}

function validateValueFrom(path: string, variable: core.EnvVar): FieldError[] {
  const { valueFrom } = variable;
  if (!valueFrom) return [];
  const sources = Object.values(valueFrom).filter(Boolean).length;
  if (sources === 0) {
    const names = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`';
    return [invalid(path, '', `must specify one of: ${names}`)];
  }
  if (variable.value) return [invalid(path, '', 'may not be specified when `value` is not empty')];
  if (sources > 1) return [invalid(path, '', 'may not have more than one field specified at a time')];
  const { configMapKeyRef, secretKeyRef } = valueFrom;
  return [
    ...(configMapKeyRef && !configMapKeyRef.key ? [required(`${path}.configMapKeyRef.key`)] : []),
    ...(secretKeyRef && !secretKeyRef.key ? [required(`${path}.secretKeyRef.key`)] : []),
    ...validateVariableSource(path, valueFrom),
  ];
}

function validateEnvironment(path: string, variables: readonly core.EnvVar[]): FieldError[] {
  return variables.flatMap((variable, index) => {
    const at = `${path}[${index}]`;
    const name = variable.name
      ? invalidBy(`${at}.name`, variable.name, checkEnvironmentName)
      : [required(`${at}.name`)];
    return [...name, ...validateValueFrom(`${at}.valueFrom`, variable)];
  });
}

function validateEnvironmentFrom(path: string, sources: readonly core.EnvFromSource[]): FieldError[] {
  return sources.flatMap(({ configMapRef, secretRef }, index) => {
    const at = `${path}[${index}]`;
    if (configMapRef && secretRef) return [invalid(at, '', 'may not have more than one field specified at a time')];
    if (!configMapRef && !secretRef) {
      return [invalid(at, '', 'must specify one of: `configMapRef` or `secretRef`')];
    }
    const [field, name] = configMapRef ? ['configMapRef', configMapRef.name] : ['secretRef', secretRef?.name];
    return name ? invalidBy(`${at}.${field}.name`, name, checkDns1123Subdomain) : [required(`${at}.${field}.name`)];
  });
}

function validateMounts(path: string, mounts: readonly core.VolumeMount[], volumes: ReadonlySet<string>): FieldError[] {
  const paths = new Set<string>();
  return mounts.flatMap((mount, index) => {
    const at = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (!mount.name) errors.push(required(`${at}.name`));
    else if (!volumes.has(mount.name)) errors.push(notFound(`${at}.name`, mount.name));
    if (!mount.mountPath) errors.push(required(`${at}.mountPath`));
    if (paths.has(mount.mountPath)) errors.push(invalid(`${at}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    if (mount.subPath?.startsWith('/')) {
      errors.push(invalid(`${at}.subPath`, mount.subPath, 'must be a relative path'));
    }
    if (mount.subPath?.split('/').includes('..')) {
      errors.push(invalid(`${at}.subPath`, mount.subPath, "must not contain '..'"));
    }
    if (mount.subPath && mount.subPathExpr) {
      const detail = 'subPathExpr and subPath are mutually exclusive';
      errors.push(invalid(`${at}.subPathExpr`, mount.subPathExpr, detail));
    }
    return errors;
  });
}

const messagePolicies = ['File', 'FallbackToLogsOnError'];
const pullPolicies = ['Always', 'IfNotPresent', 'Never'];

function validateImage(path: string, image: string | undefined): FieldError[] {
  if (!image) return [required(path)];
  return image === image.trim() ? [] : [invalid(path, image, 'must not have leading or trailing whitespace')];
}

/** What holds for containers of every sort. */
export function validateCommon(path: string, container: core.Container, volumes: ReadonlySet<string>): FieldError[] {
  return [
    ...(container.name ? invalidBy(`${path}.name`, container.name, checkDns1123Label) : [required(`${path}.name`)]),
    ...validateImage(`${path}.image`, container.image),
    ...validatePorts(`${path}.ports`, container.ports ?? []),
    ...validateEnvironment(`${path}.env`, container.env ?? []),
    ...validateEnvironmentFrom(`${path}.envFrom`, container.envFrom ?? []),
    ...validateMounts(`${path}.volumeMounts`, container.volumeMounts ?? [], volumes),
    ...oneOf(`${path}.terminationMessagePolicy`, container.terminationMessagePolicy, messagePolicies),
    ...oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, pullPolicies),
    ...validateResources(`${path}.resources`, container.resources),
    ...validateSecurity(`${path}.securityContext`, container.securityContext),
  ];
}

function validateProbes(path: string, container: core.Container): FieldError[] {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
  return [
    ...(lifecycle?.postStart ? validateHandler(`${path}.lifecycle.postStart`, lifecycle.postStart) : []),
    ...(lifecycle?.preStop ? validateHandler(`${path}.lifecycle.preStop`, lifecycle.preStop) : []),
    ...validateProbe(`${path}.livenessProbe`, livenessProbe),
    ...validateOneSuccess(`${path}.livenessProbe`, livenessProbe),
    ...validateProbe(`${path}.readinessProbe`, readinessProbe),
    ...validateProbe(`${path}.startupProbe`, startupProbe),
    ...validateOneSuccess(`${path}.startupProbe`, startupProbe),
  ];
}

export function validateContainer(path: string, container: core.Container, volumes: ReadonlySet<string>): FieldError[] {
  const restart = container.restartPolicy
    ? [forbidden(`${path}.restartPolicy`, 'may not be set for non-init containers')]
    : [];
  return [...validateCommon(path, container, volumes), ...validateProbes(path, container), ...restart];
}

export function validateInitContainer(
  path: string,
  container: core.Container,
  volumes: ReadonlySet<string>,
): FieldError[] {
  const common = validateCommon(path, container, volumes);
  if (container.restartPolicy === 'Always') return [...common, ...validateProbes(path, container)];
  const restart = container.restartPolicy
    ? [notSupported(`${path}.restartPolicy`, container.restartPolicy, ['Always'])]
    : [];
  const fields = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;
  const misplaced = fields
    .filter((field) => container[field])
    .map((field) => forbidden(`${path}.${field}`, 'may not be set for init containers without restartPolicy=Always'));
  return [...common, ...misplaced, ...restart];
}
