/**
 * Validation of what is of Windows, or is not of it.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (validateWindowsSecurityContextOptions, validateWindowsHostProcessPod, validateOS)
 */
import { forbidden, invalid, invalidBy, notSupported, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Subdomain } from '../names.ts';
import type { core } from '../types.ts';
import { containersWithPath, someContainer } from './containers-of.ts';

type Options = NonNullable<core.SecurityContext['windowsOptions']>;

const kib = 1024;
const largestCredential = 64 * kib;
const longestDomain = 256;
const longestUser = 104;
/** Longer ones are refused anyway. */
const longestTested = 1024;

const isNetBiosName = (text: string): boolean => /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/.test(text);
const isDnsName = (text: string): boolean =>
  text.length <= longestTested &&
  text.split('.').every((label) => /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/.test(label));

function domainProblems(domain: string): string[] {
  return [
    ...(domain.length >= longestDomain
      ? [`runAsUserName's Domain length must be under ${longestDomain} characters`]
      : []),
    ...(isNetBiosName(domain) || isDnsName(domain)
      ? []
      : ["runAsUserName's Domain doesn't match the NetBios nor the DNS format"]),
  ];
}

function userProblems(user: string): string[] {
  const long = `runAsUserName's User length must not be longer than ${longestUser} characters`;
  return [
    ...(user === '' ? ["runAsUserName's User cannot be empty"] : []),
    ...(user.length > longestUser ? [long] : []),
    ...(/^[. ]+$/.test(user) ? ["runAsUserName's User cannot contain only periods or spaces"] : []),
    ...(/["/\\:;|=,+*?<>@[\]]/.test(user)
      ? [`runAsUserName's User cannot contain the following characters: "/\\:;|=,+*?<>@[]`]
      : []),
  ];
}

function checkUserName(text: string): string[] {
  if (text === '') return ['runAsUserName cannot be an empty string'];
  if (/\p{Cc}/u.test(text)) return ['runAsUserName cannot contain control characters'];
  const parts = text.split('\\');
  const [domain = '', user = ''] = parts;
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  return parts.length === 1 ? userProblems(domain) : [...domainProblems(domain), ...userProblems(user)];
}

function checkCredential(text: string): string[] {
  if (text === '') return ['gmsaCredentialSpec cannot be an empty string'];
  const size = `gmsaCredentialSpec size must be under ${largestCredential / kib} KiB`;
  return text.length > largestCredential ? [size] : [];
}

export function validateWindowsOptions(path: string, options: Options | undefined): FieldError[] {
  if (!options) return [];
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName: user } = options;
  return [
    ...(name === undefined ? [] : invalidBy(`${path}.gmsaCredentialSpecName`, name, checkDns1123Subdomain)),
    ...(spec === undefined ? [] : invalidBy(`${path}.gmsaCredentialSpec`, spec, checkCredential)),
    ...(user === undefined ? [] : invalidBy(`${path}.runAsUserName`, user, checkUserName)),
  ];
}

/** Processes of the host: all containers of a pod are, or none. */
export function validateHostProcesses(path: string, spec: core.PodSpec): FieldError[] {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  if (!ofPod && !someContainer(spec, ({ securityContext }) => Boolean(securityContext?.windowsOptions))) return [];
  const containers = containersWithPath(path, spec);
  const errors: FieldError[] = [];
  let count = 0;
  for (const [{ securityContext }, at] of containers) {
    const own = securityContext?.windowsOptions?.hostProcess;
    if (ofPod !== undefined && own !== undefined && own !== ofPod) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${ofPod}`;
      errors.push(invalid(`${at}.securityContext.windowsOptions.hostProcess`, own, detail));
    }
    if (own ?? ofPod) count += 1;
  }
  if (count === 0) return errors;
  if (count !== containers.length) {
    const detail = 'If pod contains any hostProcess containers then all containers must be HostProcess containers';
    errors.push(invalid(path, '', detail));
  }
  if (spec.hostNetwork) return errors;
  const detail = 'hostNetwork must be true if pod contains any hostProcess containers';
  return [...errors, invalid(`${path}.hostNetwork`, false, detail)];
}

const ofLinux = 'windows options cannot be set for a linux pod';
const notOfWindows = 'cannot be set for a windows pod';

function validateLinux(path: string, spec: core.PodSpec): FieldError[] {
  const places: [{ windowsOptions?: Options } | undefined, string][] = [
    [spec.securityContext, path],
    ...containersWithPath(path, spec).map(([{ securityContext }, at]): [typeof securityContext, string] => [
      securityContext,
      at,
    ]),
  ];
  return places
    .filter(([context]) => context?.windowsOptions)
    .map(([, at]) => forbidden(`${at}.securityContext.windowsOptions`, ofLinux));
}

const contextOfPod = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
] as const;

const contextOfContainer = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const;

const isSet = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);

function validateWindows(path: string, spec: core.PodSpec): FieldError[] {
  const context = spec.securityContext;
  const hostFields = [
    ...(spec.hostUsers === undefined ? [] : ['hostUsers']),
    ...(spec.hostPID ? ['hostPID'] : []),
    ...(spec.hostIPC ? ['hostIPC'] : []),
    ...(spec.shareProcessNamespace === undefined ? [] : ['shareProcessNamespace']),
  ];
  return [
    ...contextOfPod.filter((field) => isSet(context?.[field])).map((field) => `${path}.securityContext.${field}`),
    ...hostFields.map((field) => `${path}.${field}`),
    ...containersWithPath(path, spec).flatMap(([{ securityContext }, at]) =>
      contextOfContainer
        .filter((field) => securityContext?.[field] !== undefined)
        .map((field) => `${at}.securityContext.${field}`),
    ),
  ].map((field) => forbidden(field, notOfWindows));
}

export function validateOperatingSystem(path: string, spec: core.PodSpec): FieldError[] {
  if (!spec.os) return [];
  const { name } = spec.os;
  if (!name) return [required(`${path}.os.name`)];
  if (name === 'linux') return validateLinux(path, spec);
  return name === 'windows' ? validateWindows(path, spec) : [notSupported(`${path}.os`, name, ['linux', 'windows'])];
}
