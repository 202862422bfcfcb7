/** A cluster as upstream's conformance tests find it, and what their framework does for each of them. */
import type { AnyObject } from '../../../agent/api/types.ts';
import { type ControlPlane, startControlPlane } from '../control-plane.ts';
import { createGoClient, type GoClient, type Resource, type ResourceClient } from './go-client.ts';

export interface Conformance {
  plane: ControlPlane;
  client: GoClient;
  /** Makes a namespace with a name of its own and waits for its service account. */
  namespace(base: string): Promise<string>;
  typed(apiVersion: string, kind: string, plural: string, namespace?: string): ResourceClient;
  dynamic(apiVersion: string, kind: string, plural: string, namespace?: string): ResourceClient;
  close(): Promise<void>;
}

const resource = (apiVersion: string, kind: string, plural: string, namespace?: string): Resource => ({
  apiVersion,
  kind,
  plural,
  ...(namespace === undefined ? {} : { namespace }),
});

export async function startConformance(): Promise<Conformance> {
  const plane = await startControlPlane();
  const client = createGoClient(plane.api);
  const typed: Conformance['typed'] = (...which) => client.typed(resource(...which));
  return {
    plane,
    client,
    typed,
    dynamic: (...which) => client.dynamic(resource(...which)),
    namespace: async (base) => {
      const made = await typed('v1', 'Namespace', 'namespaces').create({
        metadata: { generateName: `${base}-`, labels: { 'e2e-framework': base } },
      });
      const accounts = await typed('v1', 'ServiceAccount', 'serviceaccounts', made.metadata.name).watch({
        fieldSelector: 'metadata.name=default',
      });
      await accounts.until(({ type }) => type === 'ADDED');
      accounts.stop();
      return made.metadata.name;
    },
    close: async () => {
      client.close();
      await plane.close();
    },
  };
}

export const nameOf = ({ metadata }: AnyObject): string => metadata.name;

/** Why a request was refused; undefined where it was not. */
export const reasonOf = (request: Promise<unknown>): Promise<string | undefined> =>
  request.then(
    () => undefined,
    ({ reason, message }: { reason?: string; message: string }) => reason ?? message,
  );
