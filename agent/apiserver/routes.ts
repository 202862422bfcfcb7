/**
 * Which function answers a request for a stored resource. Path and method alone decide, before a byte of the body is
 * read: what is not served is not found, and what has no such method says so, whatever was sent.
 * https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiserver/pkg/endpoints/installer.go
 */
import { partsOf } from '../api/kind.ts';
import type { Served } from './core.ts';
import { methodNotAllowed, noSuchPath } from './errors.ts';
import type { Reply } from './reply.ts';
import { isTrue, type Method, type ServerRequest } from './request.ts';
import type { ResourcePath } from './request-info.ts';
import {
  createReply,
  deleteCollectionReply,
  deleteReply,
  getReply,
  listReply,
  patchReply,
  postReply,
  putReply,
  readScale,
  watchReply,
  writeScale,
} from './resource-verbs.ts';
import { isPartOfObject, subresourceNamed, verbsOfSubresource } from './resources/subresource-scopes.ts';
import { postedSubresources } from './subresources/posted.ts';
import type { Call } from './verbs/call.ts';

export type Responder = (call: Call) => Reply | Promise<Reply>;
type Methods = Partial<Record<Method, Responder>>;

const verbOf: Partial<Record<Method, string>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

const watched: Responder = (call) => {
  const { verbs } = call.served.kind;
  if (verbs && !verbs.includes('watch')) throw methodNotAllowed();
  return watchReply(call);
};
const isWatch = ({ request }: Call): boolean => isTrue(request.query.get('watch'));
const listOrWatch: Responder = (call) => (isWatch(call) ? watched(call) : listReply(call));
const getOrWatch: Responder = (call) => (isWatch(call) ? watched(call) : getReply(call));

/** The old form of a watch, for a collection or for one object, has no other method. */
const oldWatch: Methods = { GET: watched };
const ofCollection: Methods = { GET: listOrWatch, POST: createReply, DELETE: deleteCollectionReply };
/** Of all namespaces: objects are made and removed in one. */
const ofAllNamespaces: Methods = { GET: listOrWatch };
const ofObject: Methods = { GET: getOrWatch, PUT: putReply, PATCH: patchReply, DELETE: deleteReply };
const ofPart: Methods = { GET: getReply, PUT: putReply, PATCH: patchReply };
const ofScale: Methods = { GET: readScale, PUT: writeScale, PATCH: writeScale };

/** Undefined where the version has no such subresource. */
function subresourceMethods(served: Served, name: string): Methods | undefined {
  if (name === 'scale') return partsOf(served.kind, served.representation).scale && ofScale;
  if (isPartOfObject(served, name)) return ofPart;
  const post = postedSubresources.get(subresourceNamed(served.kind, name)?.kind ?? '');
  return post && { POST: postReply(post) };
}

function methodsAt(served: Served, { namespace, name, subresource, watch }: ResourcePath): Methods | undefined {
  if (subresource !== '') return watch ? undefined : subresourceMethods(served, subresource);
  if (watch) return oldWatch;
  if (name !== '') return ofObject;
  return served.kind.namespaced && namespace === '' ? ofAllNamespaces : ofCollection;
}

/** False where the declaration leaves the verb out. */
function allows(served: Served, { name, subresource }: ResourcePath, method: Method): boolean {
  const verb = name === '' && method === 'DELETE' ? 'deletecollection' : verbOf[method];
  const verbs = subresource === '' ? served.kind.verbs : verbsOfSubresource(served, subresource);
  return verbs === undefined || (verb !== undefined && verbs.includes(verb));
}

/** Throws `ApiError` 404 where there is nothing of that path, and 405 where it has no such method. */
export function routeOf(served: Served, path: ResourcePath, { method }: Pick<ServerRequest, 'method'>): Responder {
  const isPlace = served.kind.namespaced ? path.namespace !== '' || path.name === '' : path.namespace === '';
  const methods = isPlace && path.rest === '' ? methodsAt(served, path) : undefined;
  if (!methods) throw noSuchPath();
  const responder = methods[method];
  if (!responder || !allows(served, path, method)) throw methodNotAllowed();
  return responder;
}
