/** The parts of Gateway API's objects that the proxy goes by. https://gateway-api.sigs.k8s.io/reference/spec/ */
import type { Condition } from '../../api/conditions.ts';
import type { KubeObject, meta } from '../../api/types.ts';

export interface GatewayCondition extends Condition {
  observedGeneration?: number;
}

export interface GatewayClass extends KubeObject {
  spec: { controllerName: string; parametersRef?: unknown };
  status?: { conditions?: GatewayCondition[]; supportedFeatures?: { name: string }[] };
}

export interface ObjectRef {
  group?: string;
  kind?: string;
  name: string;
  namespace?: string;
}

export interface GatewayListener {
  name: string;
  hostname?: string;
  port: number;
  protocol: string;
  tls?: { mode?: string; certificateRefs?: ObjectRef[] };
  allowedRoutes?: {
    namespaces?: { from?: string; selector?: meta.LabelSelector };
    kinds?: { group?: string; kind: string }[];
  };
}

export interface RouteKind {
  group: string;
  kind: string;
}

export interface ListenerStatus {
  name: string;
  supportedKinds: RouteKind[];
  attachedRoutes: number;
  conditions: GatewayCondition[];
}

export interface GatewayAddress {
  type?: string;
  value?: string;
}

export interface GatewayStatus {
  addresses?: GatewayAddress[];
  conditions?: GatewayCondition[];
  listeners?: ListenerStatus[];
}

export interface Gateway extends KubeObject {
  spec: { gatewayClassName: string; listeners: GatewayListener[]; addresses?: GatewayAddress[] };
  status?: GatewayStatus;
}

export interface ParentRef extends ObjectRef {
  sectionName?: string;
  port?: number;
}

export interface HeaderFilter {
  set?: { name: string; value: string }[];
  add?: { name: string; value: string }[];
  remove?: string[];
}

export interface PathModifier {
  type: 'ReplaceFullPath' | 'ReplacePrefixMatch';
  replaceFullPath?: string;
  replacePrefixMatch?: string;
}

export interface RouteFilter {
  type: string;
  requestHeaderModifier?: HeaderFilter;
  responseHeaderModifier?: HeaderFilter;
  requestRedirect?: {
    scheme?: 'http' | 'https';
    hostname?: string;
    path?: PathModifier;
    port?: number;
    statusCode?: number;
  };
  urlRewrite?: { hostname?: string; path?: PathModifier };
}

export interface BackendRef extends ObjectRef {
  port?: number;
  weight?: number;
  filters?: RouteFilter[];
}

export interface NamedValue {
  type?: 'Exact' | 'RegularExpression';
  name: string;
  value: string;
}

export interface RouteMatch {
  path?: { type?: 'Exact' | 'PathPrefix' | 'RegularExpression'; value?: string };
  headers?: NamedValue[];
  queryParams?: NamedValue[];
  method?: string;
}

export interface RouteRule {
  matches?: RouteMatch[];
  filters?: RouteFilter[];
  backendRefs?: BackendRef[];
  timeouts?: { request?: string; backendRequest?: string };
}

export interface RouteParentStatus {
  parentRef: ParentRef;
  controllerName: string;
  conditions: GatewayCondition[];
}

export interface HttpRoute extends KubeObject {
  spec: { parentRefs?: ParentRef[]; hostnames?: string[]; rules?: RouteRule[] };
  status?: { parents: RouteParentStatus[] };
}

export interface ReferenceGrant extends KubeObject {
  spec: {
    from: { group: string; kind: string; namespace: string }[];
    to: { group: string; kind: string; name?: string }[];
  };
}
