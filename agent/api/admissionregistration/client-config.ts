/**
 * Where a webhook is.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/util/webhook/validation.go
 */
import { invalid, required, requiredText } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Subdomain, checkPortNumber } from '../names.ts';
import type { admissionregistration } from '../types.ts';

const form = '; desired format: https://host[/path]';

interface Url {
  scheme: string;
  host: string;
  user: string | undefined;
  query: string;
  fragment: string;
}

/** Scheme, authority, path, query and fragment, none of which need be there. */
function parseUrl(text: string): Url {
  const [beforeFragment = '', ...fragment] = text.split('#');
  const [beforeQuery = '', ...query] = beforeFragment.split('?');
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*(?=:)/.exec(beforeQuery)?.[0] ?? '';
  const rest = scheme ? beforeQuery.slice(scheme.length + 1) : beforeQuery;
  const authority = rest.startsWith('//') ? (rest.slice(2).split('/')[0] ?? '') : '';
  const at = authority.lastIndexOf('@');
  return {
    scheme: scheme.toLowerCase(),
    host: authority.slice(at + 1),
    user: at < 0 ? undefined : authority.slice(0, at),
    query: query.join('?'),
    fragment: fragment.join('#'),
  };
}

export function validateUrl(path: string, text: string): FieldError[] {
  const { scheme, host, user, query, fragment } = parseUrl(text);
  return [
    ...(scheme === 'https' ? [] : [invalid(path, scheme, `'https' is the only allowed URL scheme${form}`)]),
    ...(host ? [] : [invalid(path, host, `host must be specified${form}`)]),
    ...(user === undefined ? [] : [invalid(path, user, 'user information is not permitted in the URL')]),
    ...(fragment ? [invalid(path, fragment, 'fragments are not permitted in the URL')] : []),
    ...(query ? [invalid(path, query, 'query parameters are not permitted in the URL')] : []),
  ];
}

function validatePath(at: string, path: string): FieldError[] {
  if (path === '' || path === '/') return [];
  if (path === '//') return [invalid(at, path, 'segment[0] may not be empty')];
  const segments = path.slice(1).replace(/\/$/, '').split('/');
  return [
    ...(path.startsWith('/') ? [] : [invalid(at, path, "must start with a '/'")]),
    ...segments.flatMap((segment, index) =>
      segment === ''
        ? [invalid(at, path, `segment[${index}] may not be empty`)]
        : checkDns1123Subdomain(segment).map((problem) => invalid(at, path, `segment[${index}]: ${problem}`)),
    ),
  ];
}

type Service = NonNullable<admissionregistration.WebhookClientConfig['service']>;

export const validateService = (path: string, { name, namespace, port = 0, path: at }: Service): FieldError[] => [
  ...requiredText(`${path}.name`, name),
  ...requiredText(`${path}.namespace`, namespace),
  ...checkPortNumber(port).map((problem) => invalid(`${path}.port`, port, `port is not valid: ${problem}`)),
  ...(at === undefined ? [] : validatePath(`${path}.path`, at)),
];

export function validateClientConfig(path: string, { url, service }: admissionregistration.WebhookClientConfig) {
  if ((url === undefined) === (service === undefined)) {
    return [required(path, 'exactly one of url or service is required')];
  }
  return service ? validateService(`${path}.service`, service) : validateUrl(`${path}.url`, url ?? '');
}
