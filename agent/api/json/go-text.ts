/** Decoded JSON as Go prints it, which is how some of upstream's messages show what a client sent. */
import { isObject } from './value.ts';

/** Go switches to an exponent of two digits or more below 1e-4; from 1e21 on, JavaScript does so as well. */
function numberText(value: number): string {
  const isSmall = value !== 0 && Math.abs(value) < 1e-4;
  const text = isSmall ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** Go's `%v`. Keys are sorted, texts are bare: `map[name:web ports:[1 2]]`. https://pkg.go.dev/fmt#hdr-Printing */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isObject(value)) return String(value);
  const fields = Object.keys(value).sort();
  return `map[${fields.map((key) => `${key}:${goText(value[key])}`).join(' ')}]`;
}

/** Go's `%#v`: `map[string]interface {}{"name":"web", "ports":[]interface {}{1, 2}}`. */
export function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (!isObject(value)) return goText(value);
  const fields = Object.keys(value).sort();
  return `map[string]interface {}{${fields.map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`).join(', ')}}`;
}
