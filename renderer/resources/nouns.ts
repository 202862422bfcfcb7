/** Titles of resources inside a sentence: `ReplicaSets` -> `replica sets`. Acronyms stay as they are. */
export const inSentence = (title: string): string =>
  title
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(' ')
    .map((word) => (/^[A-Z][a-z0-9]*$/.test(word) && word.length > 1 ? word.toLowerCase() : word))
    .join(' ');
