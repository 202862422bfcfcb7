/**
 * Protobuf's wire format from the last byte to the first: so the length of a message is known when its length is
 * written, and nothing is copied. https://protobuf.dev/programming-guides/encoding/
 */
const smallest = 1024;

export class ReverseWriter {
  #buffer = Buffer.allocUnsafe(smallest);
  /** Where the last written byte is. */
  #start = smallest;

  /** Bytes so far. */
  get length(): number {
    return this.#buffer.length - this.#start;
  }

  /** Makes room for more bytes and returns where they go. */
  #before(bytes: number): number {
    if (bytes > this.#start) {
      const { length } = this;
      const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, length + bytes));
      this.#buffer.copy(larger, larger.length - length, this.#start);
      this.#start = larger.length - length;
      this.#buffer = larger;
    }
    this.#start -= bytes;
    return this.#start;
  }

  /** Of 64 bits, negative ones too. */
  varint(value: number | bigint): void {
    if (typeof value === 'bigint' || value < 0) this.#longVarint(BigInt.asUintN(64, BigInt(value)));
    else this.#shortVarint(value);
  }

  #shortVarint(value: number): void {
    let bytes = 1;
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
    const at = this.#before(bytes);
    let rest = value;
    for (let index = 0; index < bytes - 1; index += 1) {
      this.#buffer[at + index] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[at + bytes - 1] = rest;
  }

  #longVarint(value: bigint): void {
    const groups: number[] = [];
    for (let rest = value; rest > 0n || groups.length === 0; rest >>= 7n) groups.push(Number(rest & 0x7fn));
    const at = this.#before(groups.length);
    groups.forEach((group, index) => {
      this.#buffer[at + index] = index === groups.length - 1 ? group : group + 128;
    });
  }

  double(value: number): void {
    const at = this.#before(8);
    this.#buffer.writeDoubleLE(value, at);
  }

  bytes(value: Uint8Array): void {
    const at = this.#before(value.length);
    this.#buffer.set(value, at);
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    const at = this.#before(length);
    this.#buffer.write(value, at, length, 'utf8');
  }

  /** Shares its memory with the writer, which is used no more. */
  finish(): Buffer {
    return this.#buffer.subarray(this.#start);
  }
}
