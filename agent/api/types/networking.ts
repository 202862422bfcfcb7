import type * as networking from 'kubernetes-models/networking.k8s.io/v1';
import type { Wire } from './wire.ts';

export type HTTPIngressPath = Wire<networking.IHTTPIngressPath>;
export type IPAddress = Wire<networking.IIPAddress>;
export type IPBlock = Wire<networking.IIPBlock>;
export type Ingress = Wire<networking.IIngress>;
export type IngressBackend = Wire<networking.IIngressBackend>;
export type IngressClass = Wire<networking.IIngressClass>;
export type IngressClassParametersReference = Wire<networking.IIngressClassParametersReference>;
export type IngressRule = Wire<networking.IIngressRule>;
export type IngressSpec = Wire<networking.IIngressSpec>;
export type IngressStatus = Wire<networking.IIngressStatus>;
export type NetworkPolicy = Wire<networking.INetworkPolicy>;
export type NetworkPolicyPeer = Wire<networking.INetworkPolicyPeer>;
export type NetworkPolicyPort = Wire<networking.INetworkPolicyPort>;
export type NetworkPolicySpec = Wire<networking.INetworkPolicySpec>;
export type ParentReference = Wire<networking.IParentReference>;
export type ServiceCIDR = Wire<networking.IServiceCIDR>;
