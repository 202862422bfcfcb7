/** https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/handlers/responsewriters/errors.go */
import { ApiError } from '../../api/errors.ts';
import type { ResourcePath, ServerRequest } from '../request.ts';

type Asked = Pick<ServerRequest, 'user' | 'method' | 'pathname'>;

const verbs: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete', GET: 'get' };

export function forbiddenRequest({ user, method, pathname }: Asked, path: ResourcePath | undefined): ApiError {
  const verb = path && !path.name && method === 'GET' ? 'list' : (verbs[method] ?? method.toLowerCase());
  if (!path) {
    const message = `forbidden: User ${JSON.stringify(user.username)} cannot ${verb} path ${JSON.stringify(pathname)}`;
    return new ApiError(403, 'Forbidden', message, {});
  }
  const resource = path.group ? `${path.resource}.${path.group}` : path.resource;
  const where = path.namespace ? `in the namespace ${JSON.stringify(path.namespace)}` : 'at the cluster scope';
  const subject = path.name ? `${resource} ${JSON.stringify(path.name)} is forbidden` : `${resource} is forbidden`;
  const message = `${subject}: User ${JSON.stringify(user.username)} cannot ${verb} resource "${path.resource}" in API group "${path.group}" ${where}`;
  const details = {
    ...(path.name ? { name: path.name } : {}),
    ...(path.group ? { group: path.group } : {}),
    kind: path.resource,
  };
  return new ApiError(403, 'Forbidden', message, details);
}
