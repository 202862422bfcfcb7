/** State that the steps of an operation on nodes share. */
import type { ClusterPki } from '../pki.ts';
import type { Profile, ProfileNode } from '../profile.ts';
import type { StartState } from '../start/state.ts';

export interface NodesState extends StartState {
  /** The nodes that the operation is about; the first step fills them in. */
  nodes: readonly ProfileNode[];
  /** What the profile was before nodes were added to it. */
  before?: { profile: Profile; pki: ClusterPki };
  /** Deletes the bootstrap token of the operation. */
  forgetToken?: () => Promise<void>;
  /** Whether pods could be scheduled to the node before it was drained. */
  wasSchedulable?: boolean;
}
