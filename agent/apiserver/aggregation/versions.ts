/** What other servers serve, as the documents of this one tell it. */
import type { Priority } from '../../api/apiregistration/priorities.ts';
import type { GroupVersion } from '../../api/version-order.ts';

/** A version as aggregated discovery names it, from another server: whatever that says. */
export type VersionDiscovery = Readonly<Record<string, unknown>>;

/** A group and version that another server serves. */
export interface RemoteVersion extends GroupVersion {
  /** Undefined until that server has been asked for the first time. */
  discovery: VersionDiscovery | undefined;
}

/** In which order all groups and versions come. */
export type PriorityOf = (at: GroupVersion) => Priority;
