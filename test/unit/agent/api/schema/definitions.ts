/** The definitions as the build makes them, made once for all tests of a file. */
import { generate } from '../../../../../agent/api/schema/generate.ts';

export const { definitions, descriptions } = generate();
