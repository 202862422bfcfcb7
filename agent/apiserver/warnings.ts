/** A `Warning` header: RFC 7234 section 5.5, the way upstream writes it. */
export const warningHeader = (text: string): string =>
  `299 - "${text.replace(/[\\"]/g, '\\$&').replace(/[\r\n]+/g, ' ')}"`;
