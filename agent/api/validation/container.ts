/**
 * Validation of containers.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (validateContainerCommon)
 */
import { duplicate, forbidden, invalid, invalidBy, oneOf, required, requiredBy } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkPortName, checkPortNumber } from '../names.ts';
import { isSidecar } from '../pods.ts';
import { isEnabled } from '../schema/feature-gates.ts';
import type { core } from '../types.ts';
import { validateEnvironment, validateEnvironmentFrom } from './environment.ts';
import { validateHooks } from './handlers.ts';
import { type Volumes, validateDevices, validateMounts } from './mounts.ts';
import { validateResources } from './resources.ts';
import { validateRestartRules } from './restart-rules.ts';
import { validateSecurity } from './security.ts';

export const protocols = ['SCTP', 'TCP', 'UDP'];

/** What containers are judged by of the pod that they are in. */
export interface PodContext {
  volumes: Volumes;
  /** Names of the pod's resource claims. */
  claims: ReadonlySet<string>;
  restartPolicy: string | undefined;
  /** Seconds. */
  grace: number | undefined;
  hostUsers: boolean;
}

const validateNumber = (path: string, port: number): FieldError[] =>
  checkPortNumber(port).map((detail) => invalid(path, port, detail));

function validatePorts(path: string, ports: readonly core.ContainerPort[]): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap(({ name, containerPort, hostPort, protocol }, index) => {
    const at = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (name) {
      const problems = invalidBy(`${at}.name`, name, checkPortName);
      if (problems.length === 0 && names.has(name)) problems.push(duplicate(`${at}.name`, name));
      errors.push(...problems);
      names.add(name);
    }
    if (containerPort) errors.push(...validateNumber(`${at}.containerPort`, containerPort));
    else errors.push(required(`${at}.containerPort`));
    if (hostPort) errors.push(...validateNumber(`${at}.hostPort`, hostPort));
    if (!protocol) errors.push(required(`${at}.protocol`));
    else errors.push(...oneOf(`${at}.protocol`, protocol, protocols));
    return errors;
  });
}

const resizable = ['cpu', 'memory'];
const resizes = ['NotRequired', 'RestartContainer'];
const oneOfOrRequired = (path: string, value: string, supported: readonly string[]): FieldError[] =>
  value ? oneOf(path, value, supported) : [required(path)];

type ResizePolicy = NonNullable<core.Container['resizePolicy']>;

/** Upstream names the list in all of these but a duplicate. */
function validateResizePolicy(path: string, policies: ResizePolicy, podPolicy: string | undefined): FieldError[] {
  const seen = new Set<string>();
  return policies.flatMap(({ resourceName, restartPolicy }, index) => {
    const errors = seen.has(resourceName) ? [duplicate(`${path}[${index}]`, resourceName)] : [];
    seen.add(resourceName);
    errors.push(...oneOfOrRequired(path, resourceName, resizable), ...oneOfOrRequired(path, restartPolicy, resizes));
    if (podPolicy !== 'Never' || restartPolicy === 'NotRequired') return errors;
    const detail = "must be 'NotRequired' when pod `restartPolicy` is 'Never'";
    return [...errors, invalid(path, restartPolicy, detail)];
  });
}

const messagePolicies = ['File', 'FallbackToLogsOnError'];
const pullPolicies = ['Always', 'IfNotPresent', 'Never'];

/** What holds for containers of every sort. */
export function validateCommon(path: string, container: core.Container, pod: PodContext): FieldError[] {
  const errors = requiredBy(`${path}.name`, container.name, checkDns1123Label);
  if (!container.image) errors.push(required(`${path}.image`));
  errors.push(
    ...oneOf(`${path}.terminationMessagePolicy`, container.terminationMessagePolicy, messagePolicies),
    ...validatePorts(`${path}.ports`, container.ports ?? []),
    ...validateEnvironment(`${path}.env`, container.env ?? []),
    ...validateEnvironmentFrom(`${path}.envFrom`, container.envFrom ?? []),
    ...validateMounts(`${path}.volumeMounts`, container, pod.volumes),
    ...validateDevices(`${path}.volumeDevices`, container, pod.volumes),
    ...oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, pullPolicies),
    ...validateResources(`${path}.resources`, container.resources, pod.claims),
    ...validateResizePolicy(`${path}.resizePolicy`, container.resizePolicy ?? [], pod.restartPolicy),
    ...validateSecurity(`${path}.securityContext`, container.securityContext, pod.hostUsers),
  );
  return errors;
}

/** Of pods; templates may have an image with spaces around it. */
export const validateImageText = (path: string, { image = '' }: Pick<core.Container, 'image'>): FieldError[] =>
  image === image.trim() ? [] : [invalid(`${path}.image`, image, 'must not have leading or trailing whitespace')];

/** A container that has no name has the empty one. */
const validateOnce = (path: string, name: string, names: ReadonlySet<string>): FieldError[] =>
  names.has(name) ? [duplicate(`${path}.name`, name)] : [];

/** `names` are those of the containers before it; its own is added. */
export function validateContainer(
  path: string,
  container: core.Container,
  pod: PodContext,
  names: Set<string>,
): FieldError[] {
  const { name = '' } = container;
  const errors = validateCommon(path, container, pod);
  errors.push(...validateOnce(path, name, names));
  names.add(name);
  errors.push(...validateHooks(path, container, pod.grace), ...validateRestartRules(path, container));
  return errors;
}

/**
 * Sidecars may have rules since these can restart all containers of a pod.
 * https://github.com/kubernetes/kubernetes/pull/134345
 */
function validateSidecarRestart(path: string, container: core.Container): FieldError[] {
  if (isEnabled('RestartAllContainersOnContainerExits')) return validateRestartRules(path, container);
  if (!container.restartPolicyRules?.length) return [];
  const detail = 'restartPolicyRules are not allowed for init containers with restart policy Always';
  return [forbidden(`${path}.restartPolicyRules`, detail)];
}

/** Upstream looks at the rules of an init container only where it has a policy. */
function validateInitRestart(path: string, container: core.Container): FieldError[] {
  if (isSidecar(container)) return validateSidecarRestart(path, container);
  return container.restartPolicy === undefined ? [] : validateRestartRules(path, container);
}

const hooks = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;

function validateNotSidecar(path: string, container: core.Container): FieldError[] {
  const errors: FieldError[] = [];
  for (const hook of hooks) {
    const detail = 'may not be set for init containers without restartPolicy=Always';
    if (container[hook]) errors.push(forbidden(`${path}.${hook}`, detail));
  }
  for (const [index, { restartPolicy }] of (container.resizePolicy ?? []).entries()) {
    if (restartPolicy !== 'RestartContainer') continue;
    const detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
    errors.push(invalid(`${path}.resizePolicy[${index}].restartPolicy`, restartPolicy, detail));
  }
  return errors;
}

/** A port of the host is one container's. `taken` is filled. */
export function validateHostPorts(path: string, { ports = [] }: core.Container, taken: Set<string>): FieldError[] {
  return ports.flatMap(({ hostPort, hostIP = '', protocol }, index) => {
    if (!hostPort) return [];
    const port = `${protocol}/${hostIP}/${hostPort}`;
    const twice = taken.has(port);
    taken.add(port);
    return twice ? [duplicate(`${path}.ports[${index}].hostPort`, port)] : [];
  });
}

/** `names` are those of the containers before it; its own is added. */
export function validateInitContainer(
  path: string,
  container: core.Container,
  pod: PodContext,
  names: Set<string>,
): FieldError[] {
  const { name = '' } = container;
  const sidecar = isSidecar(container);
  const errors = validateCommon(path, container, pod);
  errors.push(...validateInitRestart(path, container));
  errors.push(...validateOnce(path, name, names));
  if (name) names.add(name);
  // They run one after the other: none takes a port from another. Upstream calls each of them the first.
  errors.push(...validateHostPorts(`${path.slice(0, path.lastIndexOf('['))}[0]`, container, new Set()));
  errors.push(...(sidecar ? validateHooks(path, container, pod.grace) : validateNotSidecar(path, container)));
  return errors;
}
