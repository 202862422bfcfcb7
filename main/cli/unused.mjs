// Replaces optional dependencies that the bundle leaves out.
export const loadSync = undefined;
export const load = undefined;
