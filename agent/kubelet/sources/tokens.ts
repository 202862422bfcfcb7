/** Service-account tokens bound to a pod, renewed at 80% of their life. */
import { serviceAccounts } from '../../api/core/service-account.ts';
import type { Pod } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';
import type { Clock } from '../../clock.ts';

export interface Tokens {
  issue(pod: Pod, audience: string, expirationSeconds: number): Promise<string>;
  /**
   * When the first token of this pod must be renewed, in milliseconds since the epoch; undefined for a pod without
   * tokens.
   */
  renewAt(podUid: string): number | undefined;
  forget(podUid: string): void;
}

interface TokenStatus {
  status?: { token?: string; expirationTimestamp?: string };
}

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/token/token_manager.go */
const renewalShare = 0.8;
const maxLife = 24 * 3600_000;

/** Issues tokens by TokenRequest and keeps each until its renewal is due. */
export function createTokens({ client, clock, signal }: { client: Client; clock: Clock; signal: AbortSignal }): Tokens {
  const known = new Map<string, Map<string, { token: string; renewAt: number }>>();
  return {
    async issue(pod, audience, expirationSeconds) {
      const tokens = known.get(pod.metadata.uid) ?? new Map();
      const key = `${audience}|${expirationSeconds}`;
      const current = tokens.get(key);
      if (current && current.renewAt > clock.now()) return current.token;
      const { name, uid, namespace } = pod.metadata;
      const body = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        metadata: {},
        spec: {
          audiences: audience ? [audience] : [],
          expirationSeconds,
          boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
        },
      };
      const account = pod.spec.serviceAccountName || 'default';
      const resource = client.resource(serviceAccounts);
      const { status } = (await resource.post(account, namespace, 'token', body, signal)) as TokenStatus;
      const life = Math.min(Date.parse(status?.expirationTimestamp ?? '') - clock.now() || 3600_000, maxLife);
      const token = status?.token ?? '';
      tokens.set(key, { token, renewAt: clock.now() + life * renewalShare });
      known.set(pod.metadata.uid, tokens);
      return token;
    },
    renewAt(uid) {
      const times = [...(known.get(uid)?.values() ?? [])].map(({ renewAt }) => renewAt);
      return times.length > 0 ? Math.min(...times) : undefined;
    },
    forget: (uid) => void known.delete(uid),
  };
}
