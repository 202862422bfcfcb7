/**
 * Asks the API server who has a token, and what a user may do with this node: a kubelet's webhook mode.
 * https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/#kubelet-authorization
 */
import { defineKind } from '../../api/define-kind.ts';
import type { AnyObject } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';
import type { ApiAccess, KubeletUser } from './authentication.ts';

const review = (kind: string, plural: string, group: string) =>
  defineKind<AnyObject>({
    kind,
    plural,
    namespaced: false,
    representations: [{ group, version: 'v1', definition: '' }],
  });
const tokenReviews = review('TokenReview', 'tokenreviews', 'authentication.k8s.io');
const accessReviews = review('SubjectAccessReview', 'subjectaccessreviews', 'authorization.k8s.io');

interface TokenStatus {
  authenticated?: boolean;
  user?: Partial<KubeletUser>;
}

export function createApiAccess(client: Client, nodeName: string, signal: AbortSignal): ApiAccess {
  const ask = async (kind: typeof tokenReviews, spec: Record<string, unknown>): Promise<object> => {
    const apiVersion = `${kind.representations[0].group}/v1`;
    const { status } = await client.resource(kind).create({ apiVersion, kind: kind.kind, metadata: {}, spec }, signal);
    return status ?? {};
  };
  return {
    async userOf(token) {
      const { authenticated, user }: TokenStatus = await ask(tokenReviews, { token });
      if (!authenticated || !user?.username) return undefined;
      return { ...user, username: user.username, groups: user.groups ?? [] };
    },
    async mayAccess({ username, ...user }, verb, subresource) {
      const resourceAttributes = { verb, version: 'v1', resource: 'nodes', subresource, name: nodeName };
      const status: { allowed?: boolean } = await ask(accessReviews, { ...user, user: username, resourceAttributes });
      return status.allowed === true;
    },
  };
}
