/** A volume that cannot be made or mounted; the message is what the `FailedMount` event says. */
export class VolumeError extends Error {}
