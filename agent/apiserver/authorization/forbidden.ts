/**
 * https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go
 */
import { ApiError } from '../../api/errors.ts';
import type { RequestInfo } from '../request-info.ts';

/** Browsers may show a message as HTML. */
const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const sanitized = (text: string): string => text.replace(/[&<>]/g, (sign) => escapes[sign] ?? sign);

function refusal({ user, verb, isResource, group, namespace, resource, subresource, path }: RequestInfo): string {
  const who = `User ${JSON.stringify(user.username)} cannot ${verb}`;
  if (!isResource) return `${who} path ${JSON.stringify(path)}`;
  const what = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  return `${who} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`;
}

/** 403. `reason`: what the authorizers had to say, or ''. */
export function forbiddenRequest(info: RequestInfo, reason: string): ApiError {
  const { group, resource, name } = info;
  const said = `${sanitized(refusal(info))}${reason ? `: ${reason}` : ''}`;
  const qualified = group ? `${resource}.${group}` : resource;
  const subject = name ? `${qualified} ${JSON.stringify(name)} is forbidden` : `${qualified} is forbidden`;
  const details = {
    ...(name ? { name } : {}),
    ...(group ? { group } : {}),
    ...(resource ? { kind: resource } : {}),
  };
  return new ApiError(403, 'Forbidden', `${resource ? subject : 'forbidden'}: ${said}`, details);
}
