/** A test that leaves a warning or an error in the console of its page has not passed. */
import { afterEach, expect } from 'vitest';
import { takeComplaints } from './browser.ts';

afterEach(() => expect(takeComplaints()).toEqual([]));
