/**
 * Checks of names, labels and other identifiers. Each returns upstream's messages, none where the text is fine.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/validation/validation.go
 */

const dns1123Label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const labelWithUnderscore = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const dns1123Subdomain = `${dns1123Label}(\\.${dns1123Label})*`;
const dns1035Label = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualifiedName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${qualifiedName})?`;
const configKey = '[-._a-zA-Z0-9]+';

const tooLong = (most: number) => `must be no more than ${most} characters`;
/** Upstream words the limits of labels in another way than those of names. */
const tooManyBytes = (most: number) => `must be no more than ${most} bytes`;
/**
 * These patterns backtrack: time grows with the square of the length, so only the beginning of a long text is looked
 * at.
 */
const mostTested = 256;

function matching(pattern: string): (text: string) => boolean {
  const regex = new RegExp(`^${pattern}$`);
  return (text) => regex.test(text.length > mostTested ? text.slice(0, mostTested) : text);
}

/** The two spaces before `or` are upstream's. */
function regexError(message: string, pattern: string, ...examples: string[]): string {
  const quoted = examples.map((example) => `'${example}', `).join(' or ');
  return `${message} (${quoted ? `e.g. ${quoted}` : ''}regex used for validation is '${pattern}')`;
}

interface Rule {
  pattern: string;
  most: number;
  message: string;
  examples: string[];
  tooLong?(most: number): string;
}

const checker = ({ pattern, most, message, examples, ...rule }: Rule): ((text: string) => string[]) => {
  const matches = matching(pattern);
  const words = rule.tooLong ?? tooLong;
  const problem = regexError(message, pattern, ...examples);
  return (text) => {
    if (text.length <= most && matches(text)) return [];
    return [...(text.length > most ? [words(most)] : []), ...(matches(text) ? [] : [problem])];
  };
};

const isSubdomain = matching(dns1123Subdomain);
const dns1123LabelProblems = checker({
  pattern: dns1123Label,
  most: 63,
  message:
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end " +
    'with an alphanumeric character',
  examples: ['my-name', '123-abc'],
});

/** A subdomain that is no label has dots, its length being looked at apart. */
export const checkDns1123Label = (text: string): string[] =>
  dns1123LabelProblems(text).map((problem) =>
    problem !== tooLong(63) && isSubdomain(text) ? 'must not contain dots' : problem,
  );

const subdomainRule: Rule = {
  pattern: dns1123Subdomain,
  most: 253,
  message:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start " +
    'and end with an alphanumeric character',
  examples: ['example.com'],
};

export const checkDns1123Subdomain = checker(subdomainRule);

/** Of a qualified name. */
const checkPrefix = checker({ ...subdomainRule, tooLong: tooManyBytes });

export const checkWildcardSubdomain = checker({
  pattern: `\\*\\.${dns1123Subdomain}`,
  most: 253,
  message:
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower " +
    "case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  examples: ['*.example.com'],
});

/** Of search paths. */
export const checkDns1123SubdomainWithUnderscore = checker({
  pattern: `${labelWithUnderscore}(\\.${labelWithUnderscore})*`,
  most: 253,
  message:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must " +
    'start and end with an alphanumeric character',
  examples: ['example.com'],
});

/** The first thing that is wrong with a name of two labels at the least; a dot at the end is fine. */
export function fullyQualifiedProblem(name: string): { value: string; detail: string } | undefined {
  const domain = name.replace(/\.$/, '');
  const malformed = checkDns1123Subdomain(domain);
  if (malformed.length > 0) return { value: domain, detail: malformed.join(',') };
  const labels = domain.split('.');
  if (labels.length < 2) {
    return { value: domain, detail: 'should be a domain with at least two segments separated by dots' };
  }
  const bad = labels.find((label) => checkDns1123Label(label).length > 0);
  return bad === undefined ? undefined : { value: bad, detail: checkDns1123Label(bad).join(',') };
}

export const checkDns1035Label = checker({
  pattern: dns1035Label,
  most: 63,
  message:
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, " +
    'and end with an alphanumeric character',
  examples: ['my-name', 'abc-123'],
});

export const checkLabelValue = checker({
  pattern: labelValue,
  most: 63,
  message:
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and " +
    'end with an alphanumeric character',
  examples: ['MyValue', 'my_value', '12345'],
  tooLong: tooManyBytes,
});

const isNamePart = matching(qualifiedName);
const isConfigKey = matching(configKey);

const namePartProblem = regexError(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  qualifiedName,
  'MyName',
  'my.name',
  '123-abc',
);
const badNamePart = `name part ${namePartProblem}`;
const badPrefixedName = `a valid label key ${namePartProblem} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;

/** `example.com/name`, the prefix being optional: label and annotation keys, finalizers, condition types. */
export function checkQualifiedName(text: string): string[] {
  if (text.length <= 63 && isNamePart(text)) return [];
  const parts = text.split('/');
  const [prefix = '', name] = parts.length === 1 ? ['', text] : parts;
  if (parts.length > 2 || name === undefined) {
    return [badPrefixedName];
  }
  const problems: string[] = [];
  if (parts.length === 2) {
    if (prefix === '') problems.push('prefix part must be non-empty');
    else problems.push(...checkPrefix(prefix).map((each) => `prefix part ${each}`));
  }
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push(`name part ${tooManyBytes(63)}`);
  if (!isNamePart(name)) problems.push(badNamePart);
  return problems;
}

export const checkLabelKey = checkQualifiedName;

const httpPath = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const isHttpPath = matching(httpPath);

/** What is wrong with `example.com/a/path`, and with which part of it. */
export function prefixedPathProblems(text: string): { value: string; detail: string }[] {
  const slash = text.indexOf('/');
  const [host, path] = [text.slice(0, slash), text.slice(slash + 1)];
  if (slash < 1 || path === '') {
    return [{ value: text, detail: 'must be a domain-prefixed path (such as "acme.io/foo")' }];
  }
  return [
    ...checkDns1123Subdomain(host).map((detail) => ({ value: host, detail })),
    ...(isHttpPath(path) ? [] : [{ value: path, detail: regexError('Invalid path', httpPath) }]),
  ];
}

const cIdentifier = '[A-Za-z_][A-Za-z0-9_]*';
const isIdentifier = matching(cIdentifier);

export const checkIdentifier = (text: string): string[] =>
  isIdentifier(text)
    ? []
    : [
        regexError(
          "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric " +
            "characters or '_'",
          cIdentifier,
          'my_name',
          'MY_NAME',
          'MyName',
        ),
      ];

/** Any printable ASCII but `=`. */
export function checkEnvironmentName(text: string): string[] {
  if (text === '') return ['environment variable name must be non-empty'];
  if (/^[ -<>-~]+$/.test(text)) return [];
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

export const checkHeaderName = (text: string): string[] =>
  /^[-A-Za-z0-9]+$/.test(text)
    ? []
    : [
        regexError(
          "a valid HTTP header must consist of alphanumeric characters or '-'",
          '[-A-Za-z0-9]+',
          'X-Header-Name',
        ),
      ];

const conditionReason = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const isConditionReason = matching(conditionReason);

/** Of a `metav1.Condition`; its length is judged apart. */
export const checkConditionReason = (text: string): string[] =>
  isConditionReason(text)
    ? []
    : [
        regexError(
          'a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric ' +
            "characters or '_,:', and must end with an alphanumeric character or '_'",
          conditionReason,
          'my_name',
          'MY_NAME',
          'MyName',
          'ReasonA,ReasonB',
          'ReasonA:ReasonB',
        ),
      ];

/** What may stand between two slashes of a path; upstream asks no more of the names of some kinds. */
export function checkPathSegment(text: string): string[] {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%'].filter((each) => text.includes(each)).map((each) => `may not contain '${each}'`);
}

export function checkConfigKey(text: string): string[] {
  const problems: string[] = [];
  if (text.length > 253) problems.push(tooLong(253));
  if (!isConfigKey(text)) {
    problems.push(
      regexError(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        configKey,
        'key.name',
        'KEY_NAME',
        'key-name',
      ),
    );
  }
  if (text === '.') problems.push("must not be '.'");
  else if (text === '..') problems.push("must not be '..'");
  else if (text.startsWith('..')) problems.push("must not start with '..'");
  return problems;
}

/** Names of ports: IANA service names. */
export function checkPortName(text: string): string[] {
  const problems: string[] = [];
  if (text.length > 15) problems.push(tooLong(15));
  if (!/^[-a-z0-9]+$/.test(text))
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(text)) problems.push('must contain at least one letter (a-z)');
  if (text.includes('--')) problems.push('must not contain consecutive hyphens');
  if (/^-|-$/.test(text)) problems.push('must not begin or end with a hyphen');
  return problems;
}

export const checkPortNumber = (port: number): string[] =>
  Number.isInteger(port) && port >= 1 && port <= 65535 ? [] : ['must be between 1 and 65535, inclusive'];
