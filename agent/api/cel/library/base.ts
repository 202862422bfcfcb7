/**
 * What every expression may call.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/environment/base.go
 */
import type { Overload } from '../functions.ts';
import { addresses } from './addresses.ts';
import { authorizations } from './authorization.ts';
import { conversions } from './conversions.ts';
import { dates } from './dates.ts';
import { formats } from './formats.ts';
import { lists } from './lists.ts';
import { operators } from './operators.ts';
import { optionals } from './optionals.ts';
import { quantities } from './quantities.ts';
import { semvers } from './semver.ts';
import { texts } from './texts.ts';
import { urls } from './urls.ts';

export const baseLibrary: readonly Overload[] = [
  ...operators,
  ...conversions,
  ...texts,
  ...lists,
  ...optionals,
  ...dates,
  ...urls,
  ...quantities,
  ...addresses,
  ...semvers,
  ...formats,
  ...authorizations,
];
