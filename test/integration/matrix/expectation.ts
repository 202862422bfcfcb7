/** Compares what kubectl printed with what a chapter says. */
import { expect } from 'vitest';
import type { Answer } from './chapter.ts';

const isPattern = (text: string): boolean => text.length > 1 && text.startsWith('/') && text.endsWith('/');
const patternOf = (text: string): RegExp => new RegExp(text.slice(1, -1), 'm');

/** One space between columns; no ages, addresses or spaces at the end of lines. */
const linesOf = (text: string): string[] =>
  text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) =>
      line
        .trimEnd()
        .replace(/\t| {2,}/g, ' ')
        .replace(/(?<=[ (]|^)(?:\d+[smhd]){1,2}(?=[ )]|$)/g, 'AGE')
        .replace(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, 'IP'),
    );

const isByRelease = (answer: Answer): answer is Extract<Answer, { readonly [fromMinor: number]: unknown }> =>
  typeof answer === 'object' && !Array.isArray(answer);

function ofRelease(answer: Answer, minor: number): string | readonly string[] {
  if (!isByRelease(answer)) return answer;
  const from = Object.keys(answer)
    .map(Number)
    .filter((each) => each <= minor)
    .at(-1);
  return from === undefined ? '' : (answer[from] ?? '');
}

/** Throws where `text` is not what a kubectl of `minor` is to print. */
export function expectAnswer(what: string, text: string, expected: Answer, minor: number): void {
  const lastBreak = /\n$/;
  const answer = ofRelease(expected, minor);
  if (typeof answer !== 'string') {
    const lines = answer.map((line) => (isPattern(line) ? expect.stringMatching(patternOf(line)) : line));
    expect(linesOf(text), what).toEqual(lines);
    return;
  }
  const whole = answer.replace(lastBreak, '');
  if (isPattern(whole)) expect(text, what).toMatch(patternOf(whole));
  else expect(text.replace(lastBreak, ''), what).toBe(whole);
}
