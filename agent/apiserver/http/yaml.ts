/** Loaded when somebody asks for it. A module of ours, for the bundle of a CommonJS package has no names to import later. */
import { parse, stringify } from 'yaml';

export const fromYaml = (text: string): unknown => parse(text);
export const toYaml = (value: unknown): string => stringify(value, { version: '1.1' });
