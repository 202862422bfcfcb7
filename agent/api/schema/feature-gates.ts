/**
 * Upstream's feature gates that our rules depend on, with their defaults in the release that is served. Fields are
 * dropped and rules branch by this table alone. Gates that no rule depends on are left out.
 * https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/ and the release notes of 1.36. A
 * default that changed in 1.36 names the change that did it.
 */
export const featureGates = {
  ClusterTrustBundleProjection: false,
  ContainerRestartRules: true,
  ContainerStopSignals: false,
  CoordinatedLeaderElection: false,
  DRAListTypeAttributes: false,
  DRANodeAllocatableResources: false,
  EnvFiles: true,
  GenericWorkload: false,
  HPAScaleToZero: false,
  HostnameOverride: true,
  ImageVolumeWithDigest: false,
  /** https://github.com/kubernetes/kubernetes/pull/137684 */
  InPlacePodLevelResourcesVerticalScaling: true,
  /** https://github.com/kubernetes/kubernetes/pull/137352 */
  InPlacePodVerticalScalingInitContainers: true,
  /** https://github.com/kubernetes/kubernetes/pull/137904 */
  MaxUnavailableStatefulSet: false,
  PodCertificateRequest: false,
  PodLevelResources: true,
  PodLogsQuerySplitStreams: false,
  /** https://github.com/kubernetes/kubernetes/pull/136389 */
  RelaxedServiceNameValidation: true,
  /** https://github.com/kubernetes/kubernetes/pull/136681 */
  RestartAllContainersOnContainerExits: true,
  /** https://github.com/kubernetes/kubernetes/pull/137053 */
  StrictIPCIDRValidation: true,
  TaintTolerationComparisonOperators: false,
  UserNamespacesHostNetworkSupport: false,
  VolumeLimitScaling: false,
} as const satisfies Record<string, boolean>;

export type FeatureGate = keyof typeof featureGates;

export const isEnabled = (gate: FeatureGate): boolean => featureGates[gate];
