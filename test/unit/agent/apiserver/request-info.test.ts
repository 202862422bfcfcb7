import { describe, expect, it } from 'vitest';
import type { Method } from '../../../../agent/apiserver/request.ts';
import { parseRequest } from '../../../../agent/apiserver/request-info.ts';

const user = { username: 'me', groups: [] };

function infoOf(method: Method, url: string) {
  const [pathname = '', search = ''] = url.split('?');
  const { info } = parseRequest({ user, method, pathname, query: new URLSearchParams(search) });
  const { isResource, verb, group, version, namespace, resource, subresource, name } = info;
  return isResource
    ? [verb, group, version, namespace, resource, subresource, name].join(' | ')
    : `${verb} ${info.path}`;
}

describe('a request is parsed as upstream parses it', () => {
  it.each([
    ['GET', '/api/v1/namespaces', 'list |  | v1 |  | namespaces |  | '],
    ['GET', '/api/v1/namespaces/other', 'get |  | v1 | other | namespaces |  | other'],
    ['PUT', '/api/v1/namespaces/other/finalize', 'update |  | v1 | other | namespaces | finalize | other'],
    ['GET', '/api/v1/namespaces/other/status', 'get |  | v1 | other | namespaces | status | other'],
    ['GET', '/api/v1/namespaces/other/pods', 'list |  | v1 | other | pods |  | '],
    ['GET', '/api/v1/namespaces/other/pods/foo', 'get |  | v1 | other | pods |  | foo'],
    ['HEAD', '/api/v1/namespaces/other/pods/foo', 'get |  | v1 | other | pods |  | foo'],
    ['GET', '/api/v1/pods', 'list |  | v1 |  | pods |  | '],
    ['POST', '/api/v1/pods', 'create |  | v1 |  | pods |  | '],
    ['PATCH', '/api/v1/namespaces/other/pods/foo', 'patch |  | v1 | other | pods |  | foo'],
    ['DELETE', '/api/v1/namespaces/other/pods/foo', 'delete |  | v1 | other | pods |  | foo'],
    ['DELETE', '/api/v1/namespaces/other/pods', 'deletecollection |  | v1 | other | pods |  | '],
    ['GET', '/api/v1/pods?watch=true', 'watch |  | v1 |  | pods |  | '],
    ['GET', '/api/v1/pods?watch=false', 'list |  | v1 |  | pods |  | '],
    ['GET', '/api/v1/watch/namespaces/other/pods', 'watch |  | v1 | other | pods |  | '],
    ['GET', '/api/v1/watch/pods', 'watch |  | v1 |  | pods |  | '],
    ['POST', '/api/v1/namespaces/other/pods/foo/exec', 'create |  | v1 | other | pods | exec | foo'],
    ['GET', '/api/v1/namespaces/other/pods/foo/proxy/a/b', 'get |  | v1 | other | pods | proxy | foo'],
    ['GET', '/apis/apps/v1/namespaces/other/deployments/a/scale', 'get | apps | v1 | other | deployments | scale | a'],
    [
      'GET',
      '/api/v1/namespaces/other/secrets?fieldSelector=metadata.name%3Da',
      'list |  | v1 | other | secrets |  | a',
    ],
    ['GET', '/api/v1/secrets?watch=1&fieldSelector=metadata.name%3Da', 'watch |  | v1 |  | secrets |  | a'],
    ['GET', '/api/v1/secrets?fieldSelector=metadata.name%21%3Da', 'list |  | v1 |  | secrets |  | '],
    ['GET', '/api/v1/secrets?fieldSelector=metadata.name%3Da%2Fb', 'list |  | v1 |  | secrets |  | '],
    ['GET', '/api/v1/secrets?fieldSelector=nonsense', 'list |  | v1 |  | secrets |  | '],
    ['DELETE', '/api/v1/secrets?fieldSelector=metadata.name%3Da', 'deletecollection |  | v1 |  | secrets |  | '],
    ['GET', '/', 'get /'],
    ['GET', '/api/v1', 'get /api/v1'],
    ['GET', '/apis/apps/v1', 'get /apis/apps/v1'],
    ['POST', '/healthz', 'post /healthz'],
    ['DELETE', '/apis/apps', 'delete /apis/apps'],
  ] as const)('%s %s is %s', (method, url, expected) => {
    expect(infoOf(method, url)).toBe(expected);
  });
});
