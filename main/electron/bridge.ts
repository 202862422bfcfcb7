/** Names of Electron's channels between the window and main. They carry the same contract as the web shell's socket. */
export const callChannel = 'skiff:call';
export const eventChannel = 'skiff:event';

/** The scheme that serves the window inside Electron. No other page may call main, and the window may open no other. */
export const scheme = 'skiff';
export const windowAddress = `${scheme}://app/index.html`;

export const isOurs = (url: string | undefined): boolean => url?.startsWith(`${scheme}://app/`) ?? false;
