/** A duration as Go prints it, from milliseconds: `0s`, `393ms`, `1.5s`, `1m2.003s`. https://pkg.go.dev/time#Duration.String */
export function durationText(milliseconds: number): string {
  const total = Math.round(milliseconds);
  if (total === 0) return '0s';
  if (total < 1000) return `${total}ms`;
  const minutes = Math.floor(total / 60_000);
  const seconds = `${Number(((total % 60_000) / 1000).toFixed(3))}s`;
  if (minutes === 0) return seconds;
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}m${seconds}` : `${hours}h${minutes % 60}m${seconds}`;
}
