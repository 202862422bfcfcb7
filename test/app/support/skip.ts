/** A suite that cannot run here says why in its own title, so that every reporter prints the reason. */
export const titled = (title: string, reason: string | undefined): string =>
  reason ? `${title} (skipped: ${reason})` : title;
