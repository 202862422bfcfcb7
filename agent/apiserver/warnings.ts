/**
 * `Warning` headers: RFC 7234 section 5.5, the way upstream writes them.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/endpoints/filters/warning.go and
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/net/http.go (NewWarningHeader)
 */

/** Characters of all warnings together, above which each is cut; and what a cut one keeps. */
const mostInAll = 4096;
const mostOfOne = 256;

const control = /\p{Cc}/u;

const headerOf = (text: string): string => `299 - "${text.replace(/[\\"]/g, '\\$&')}"`;

/**
 * The values of the headers, in order: each text once, none that is empty or has control characters. Where all together
 * are too long, each is cut, and those beyond the limit are left out. Their characters are of any alphabet.
 */
export function warningHeaders(texts: readonly string[]): string[] {
  const characters = [...new Set(texts)]
    .filter((text) => text !== '' && !control.test(text))
    .map((text) => Array.from(text.toWellFormed()));
  const total = characters.reduce((sum, { length }) => sum + length, 0);
  if (total <= mostInAll) return characters.map((each) => headerOf(each.join('')));
  const headers: string[] = [];
  for (let written = 0, index = 0; written < mostInAll && index < characters.length; index += 1) {
    const kept = characters[index]?.slice(0, mostOfOne) ?? [];
    written += kept.length;
    headers.push(headerOf(kept.join('')));
  }
  return headers;
}

/** Node writes the characters of a header as bytes: these are the ones of UTF-8, which clients expect. */
export const onWire = (header: string): string => Buffer.from(header, 'utf8').toString('latin1');
