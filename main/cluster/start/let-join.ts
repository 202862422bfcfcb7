/**
 * Gives nodes that were added, and that the cluster does not know, a token to join with: a node whose adding was
 * interrupted, or one that the user has deleted.
 */
import { readJson } from '../../kube/client.ts';
import type { KubeConnection } from '../../kube/connection.ts';
import { pathOf, requestJson } from '../../kube/requests.ts';
import { tarOf } from '../image/layer.ts';
import { bootstrapToken, secretName, tokenNamespace, tokenSecret, tokenText } from './bootstrap-token.ts';
import { required, type StartState } from './state.ts';

/** Milliseconds that a token is good for; it is deleted when its nodes are there. */
const lifetime = 15 * 60_000;

const secrets = { group: '', version: 'v1', plural: 'secrets' };

export interface IssuedToken {
  /** As it stands in the node's file. */
  text: string;
  /** Deletes it from the cluster. */
  forget(): Promise<void>;
}

export async function issueToken(
  connection: KubeConnection,
  nodes: readonly string[],
  signal: AbortSignal,
): Promise<IssuedToken> {
  const token = bootstrapToken();
  const description = `Made by Skiff, for ${nodes.join(', ')} to join.`;
  const path = pathOf({ resource: secrets, namespace: tokenNamespace });
  const json = tokenSecret(token, description, Date.now() + lifetime);
  await requestJson(connection, { method: 'POST', path, json, signal });
  return {
    text: tokenText(token),
    async forget() {
      const response = await connection.request({ method: 'DELETE', path: `${path}/${secretName(token)}` });
      // The cluster deletes it by itself when it has expired.
      for await (const _ of response.body);
    },
  };
}

/** Resolves with what deletes the token; undefined if no node needs one. */
export async function letJoin(state: StartState, signal: AbortSignal): Promise<(() => Promise<void>) | undefined> {
  const added = required(state, 'profile').nodes.filter(({ joinsByToken }) => joinsByToken);
  if (added.length === 0 || !state.engine) return undefined;
  const connection = required(state, 'connection');
  const { items } = await readJson<{ items: { metadata: { name: string } }[] }>(connection, '/api/v1/nodes', signal);
  const known = new Set(items.map(({ metadata }) => metadata.name));
  const unknown = added.map(({ name }) => name).filter((name) => !known.has(name));
  if (unknown.length === 0) return undefined;
  const token = await issueToken(connection, unknown, signal);
  const file = () => tarOf([{ path: '/etc/skiff/bootstrap-token', mode: 0o600, source: { text: token.text } }]);
  await Promise.all(unknown.map((name) => state.engine?.copyInto(name, file(), signal)));
  return () => token.forget();
}
