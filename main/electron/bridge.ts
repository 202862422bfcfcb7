/** Names of the channels between the window and main in Electron; the same contract as over the web shell's socket. */
export const callChannel = 'skiff:call';
export const eventChannel = 'skiff:event';

/** Where the window is served from inside Electron; nothing else may speak to main, nor be navigated to. */
export const scheme = 'skiff';
export const windowAddress = `${scheme}://app/index.html`;

export const isOurs = (url: string | undefined): boolean => url?.startsWith(`${scheme}://app/`) ?? false;
