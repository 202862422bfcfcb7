/**
 * Tokens by which a node that is added introduces itself. Each is of one node, and is deleted once that node is there.
 * https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/
 */
import { randomInt } from 'node:crypto';
import { bootstrapTokenType, joiningGroup } from '../../../agent/api/core/bootstrap-token.ts';

export interface BootstrapToken {
  /** Six characters; not secret. */
  id: string;
  /** Sixteen characters. */
  secret: string;
}

const characters = 'abcdefghijklmnopqrstuvwxyz0123456789';
const random = (length: number): string =>
  Array.from({ length }, () => characters[randomInt(characters.length)]).join('');

export const bootstrapToken = (): BootstrapToken => ({ id: random(6), secret: random(16) });

export const tokenText = ({ id, secret }: BootstrapToken): string => `${id}.${secret}`;

export const tokenNamespace = 'kube-system';
export const secretName = ({ id }: BootstrapToken): string => `bootstrap-token-${id}`;

/** RFC 3339 without a fraction, as kubeadm writes it. */
const timestamp = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');

const encoded = (data: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));

/** The token as the cluster keeps it; `end` is in milliseconds since the epoch. */
export const tokenSecret = (token: BootstrapToken, description: string, end: number) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: secretName(token), namespace: tokenNamespace },
  type: bootstrapTokenType,
  data: encoded({
    'auth-extra-groups': joiningGroup,
    description,
    expiration: timestamp(end),
    'token-id': token.id,
    'token-secret': token.secret,
    'usage-bootstrap-authentication': 'true',
    'usage-bootstrap-signing': 'true',
  }),
});
