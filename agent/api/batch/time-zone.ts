/**
 * Names of time zones, as the IANA database spells them.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/batch/validation/validation.go (validateTimeZone)
 */

const isPart = (part: string): boolean =>
  part !== '.' && part !== '..' && !part.startsWith('-') && /^[A-Za-z._0-9+-]{1,14}$/.test(part);

/** JavaScript takes offsets for zones, and a name in any case. */
function isKnown(name: string): boolean {
  if (name.startsWith('+')) return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    return timeZone.toLowerCase() !== name.toLowerCase() || timeZone === name;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return false;
  }
}

export function timeZoneProblems(name: string): string[] {
  if (name === '') return ['timeZone must be nil or non-empty string'];
  const unknown = `unknown time zone ${name}`;
  if (!name.split('/').every(isPart)) return [unknown];
  if (name.toLowerCase() === 'local') {
    const explicit = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    return name === 'Local' ? [explicit] : [explicit, unknown];
  }
  return isKnown(name) ? [] : [unknown];
}
