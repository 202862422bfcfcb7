/** The files that an engine makes for each container, a node's own container too, and keeps elsewhere. */
export const managedFiles = ['/etc/hosts', '/etc/hostname', '/etc/resolv.conf'] as const;
export type ManagedFile = (typeof managedFiles)[number];

/** Where the engine keeps such a file of the node's container. */
export type FindManagedFile = (file: ManagedFile) => Promise<string>;
