/**
 * The kinds of Gateway API as the proxy's controller reads and writes them: their definitions are the user's, so these
 * say no more than where they are served.
 */
import { defineKind } from '../../api/define-kind.ts';
import { gatewayGroup } from '../../api/gateway/group.ts';
import type { KindSource } from '../../api/registry.ts';
import type { Gateway, GatewayClass, HttpRoute, ReferenceGrant } from './types.ts';

/** The definition is named by whoever serves the kind. */
const at = (version: string) => [{ group: gatewayGroup, version, definition: '' }] as const;

export const gatewayClasses = defineKind<GatewayClass>({
  kind: 'GatewayClass',
  plural: 'gatewayclasses',
  namespaced: false,
  representations: at('v1'),
});
export const gateways = defineKind<Gateway>({
  kind: 'Gateway',
  plural: 'gateways',
  namespaced: true,
  representations: at('v1'),
});
export const httpRoutes = defineKind<HttpRoute>({
  kind: 'HTTPRoute',
  plural: 'httproutes',
  namespaced: true,
  representations: at('v1'),
});
/** The version that every release of Gateway API serves. */
export const referenceGrants = defineKind<ReferenceGrant>({
  kind: 'ReferenceGrant',
  plural: 'referencegrants',
  namespaced: true,
  representations: at('v1beta1'),
});

const needed = [gatewayClasses, gateways, httpRoutes, referenceGrants];

/** Whether the cluster serves all that the controller follows. */
export const servesGateways = (kinds: KindSource): boolean =>
  needed.every((kind) =>
    kinds
      .list()
      .some(
        ({ plural, representations }) =>
          plural === kind.plural &&
          representations.some(
            ({ group, version }) => group === gatewayGroup && version === kind.representations[0].version,
          ),
      ),
  );
