/** A volume that cannot be made or mounted. The message appears in the `FailedMount` event. */
export class VolumeError extends Error {}
