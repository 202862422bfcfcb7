/**
 * A node gets tokens for the service accounts of its pods, each bound to such a pod and of an audience that the pod
 * uses.
 */
import { isObject } from '../../../api/json/value.ts';
import type { Pod } from '../../../api/types.ts';
import { pathInfo } from '../../request-info.ts';
import { type Asked, type Check, quoted, refused, storedPod } from './asked.ts';

const usesAudience = ({ spec }: Pod, audience: string): boolean =>
  (spec.volumes ?? []).some(({ projected }) =>
    projected?.sources?.some(
      ({ serviceAccountToken }) => serviceAccountToken && (serviceAccountToken.audience ?? '') === audience,
    ),
  );

/** Roles can give a node more: the audience is what the request is for. */
function mayRequest({ attributes, cluster }: Asked, audience: string): boolean {
  const { user, namespace, name } = attributes;
  const asked = { isResource: true, version: 'v1', namespace, resource: audience, name };
  const info = { ...pathInfo(user, 'request-serviceaccounts-token-audience', ''), ...asked };
  return cluster.authorizer.authorize(info).decision === 'allow';
}

function checkAudience(asked: Asked, audiences: unknown, pod: Pod): void {
  const wanted: unknown[] = Array.isArray(audiences) ? audiences : [];
  if (wanted.length > 1) throw refused(asked, 'node may only request 0 or 1 audiences');
  const audience = String(wanted[0] ?? '');
  if (usesAudience(pod, audience) || mayRequest(asked, audience)) return;
  const { username } = asked.attributes.user;
  throw refused(
    asked,
    `audience ${quoted(audience)} not found in pod spec volume, ${username} is not authorized to request tokens for this audience`,
  );
}

export const checkToken: Check = (asked) => {
  const { operation, subresource, object } = asked.attributes;
  if (operation !== 'create' || subresource !== 'token') return;
  const reference = object?.spec?.boundObjectRef;
  const { apiVersion, kind, name, uid } = isObject(reference) ? reference : {};
  if (apiVersion !== 'v1' || kind !== 'Pod' || typeof name !== 'string' || name === '') {
    throw refused(asked, 'node requested token not bound to a pod');
  }
  if (!uid) throw refused(asked, 'node requested token with a pod binding without a uid');
  const pod = storedPod(asked, name);
  if (uid !== pod.metadata.uid) {
    throw refused(
      asked,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  if (pod.spec.nodeName !== asked.nodeName) {
    throw refused(asked, 'node requested token bound to a pod scheduled on a different node');
  }
  checkAudience(asked, object?.spec?.audiences, pod);
};
