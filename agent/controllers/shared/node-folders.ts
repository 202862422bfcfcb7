/**
 * Folders on nodes, for volumes that are one. Paths are those of a hostPath. Each call rejects if the node does not
 * answer or cannot do it.
 */
export interface NodeFolders {
  /** Makes a folder that every user may write to, with its parents; keeps one that exists. */
  make(node: string, path: string, signal: AbortSignal): Promise<void>;
  /** Removes the folder with all that is in it; a missing one is removed already. */
  remove(node: string, path: string, signal: AbortSignal): Promise<void>;
  /** Removes all that is in the folder, and keeps the folder. */
  empty(node: string, path: string, signal: AbortSignal): Promise<void>;
}
