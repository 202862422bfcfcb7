/** https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/library/quantity.go */

import { type Quantity, quantityProblem, tryParseQuantity } from '../../quantity.ts';
import { define, method, type Overload, once } from '../functions.ts';
import { bool, double, int, opaque, string } from '../types.ts';
import { EvaluationError, OpaqueValue } from '../values.ts';

const quantity = opaque('kubernetes.Quantity');
const unit = 1_000_000_000n;

class QuantityValue extends OpaqueValue {
  readonly typeName = quantity.name;
  readonly quantity: Quantity;

  constructor(value: Quantity) {
    super();
    this.quantity = value;
  }

  get nano(): bigint {
    return this.quantity.nano;
  }

  with(nano: bigint): QuantityValue {
    return new QuantityValue({ nano, format: this.quantity.format });
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof QuantityValue && other.nano === this.nano;
  }
}

function parsed(text: string): QuantityValue {
  const found = tryParseQuantity(text);
  if (!found) throw new EvaluationError(quantityProblem(text));
  return new QuantityValue(found);
}

const isInteger = ({ nano }: QuantityValue): boolean => nano % unit === 0n && nano / unit < 2n ** 63n;

function integer(value: QuantityValue): bigint {
  if (!isInteger(value)) throw new EvaluationError('cannot convert value to integer');
  return value.nano / unit;
}

const sign = (value: bigint): bigint => (value < 0n ? -1n : value > 0n ? 1n : 0n);

type Two = [QuantityValue, QuantityValue];
const two = [quantity, quantity];

export const quantities: readonly Overload[] = [
  define<[string]>('quantity', [string], quantity, parsed, once),
  define<[string]>('isQuantity', [string], bool, (text) => tryParseQuantity(text) !== undefined, once),
  method<[QuantityValue]>('sign', [quantity], int, ({ nano }) => sign(nano)),
  method<[QuantityValue]>('isInteger', [quantity], bool, isInteger),
  method<[QuantityValue]>('asInteger', [quantity], int, integer),
  method<[QuantityValue]>('asApproximateFloat', [quantity], double, ({ nano }) => Number(nano) / Number(unit)),
  method<Two>('isGreaterThan', two, bool, (left, right) => left.nano > right.nano),
  method<Two>('isLessThan', two, bool, (left, right) => left.nano < right.nano),
  method<Two>('compareTo', two, int, (left, right) => sign(left.nano - right.nano)),
  method<Two>('add', two, quantity, (left, right) => left.with(left.nano + right.nano)),
  method<Two>('sub', two, quantity, (left, right) => left.with(left.nano - right.nano)),
  method<[QuantityValue, bigint]>('add', [quantity, int], quantity, (left, by) => left.with(left.nano + by * unit)),
  method<[QuantityValue, bigint]>('sub', [quantity, int], quantity, (left, by) => left.with(left.nano - by * unit)),
];
