/** Why the kubelet ends a pod that nobody deleted; `reason` and `message` go into its status. */
export interface PodFailure {
  reason: string;
  message: string;
  /** The node rejected the pod, so none of its containers ever ran. */
  rejected?: true;
  /** How long its containers may take to stop; by default the pod's grace period. */
  graceSeconds?: number;
  /** No event of the pod tells it. */
  quiet?: true;
  /** Its event is a warning. */
  warns?: true;
  /** The kubelet needs its place: the pod gets the condition DisruptionTarget. */
  disrupted?: true;
}
