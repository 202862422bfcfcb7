/**
 * CPU requests as the kernel takes them: 1024 shares are one core, and 2 is the least.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/cm/helpers_linux.go
 */
const sharesPerCore = 1024;
export const leastShares = 2;

export const sharesOf = (milliCpu: number): number =>
  Math.max(leastShares, Math.floor((milliCpu * sharesPerCore) / 1000));

/** Millicores. Rounds up, so that a request of whole millicores comes back as it was. */
export const requestOf = (shares: number): number => Math.ceil((shares * 1000) / sharesPerCore);
