/** PostgreSQL's types of columns, by which a list of rows travels as one list for each column. */
export type ColumnType = 'text' | 'bigint' | 'bytea';
export type ColumnValue = string | number | Uint8Array | null;

const typeIds: Readonly<Record<ColumnType, number>> = { bytea: 17, bigint: 20, text: 25 };
const headLength = 20;
const nullLength = 0xffffffff;

/**
 * A list as PostgreSQL's binary form of an array: nothing in it is quoted, and bytes go as they are. (Dimensions, whether there is a null, type;
 * length and lower bound of the one dimension; then each value behind its length.)
 *
 * @throws {TypeError} for a value of another type than the column's
 */
export function postgresArray(type: ColumnType, values: readonly ColumnValue[]): Buffer {
  const elements = values.map((value) => (value === null ? null : element(type, value)));
  const sizes = elements.map((one) =>
    one === null ? 0 : typeof one === 'string' ? Buffer.byteLength(one) : one.length,
  );
  const array = Buffer.allocUnsafe(headLength + 4 * values.length + sizes.reduce((sum, size) => sum + size, 0));
  array.writeInt32BE(1, 0);
  array.writeInt32BE(elements.includes(null) ? 1 : 0, 4);
  array.writeInt32BE(typeIds[type], 8);
  array.writeInt32BE(values.length, 12);
  array.writeInt32BE(1, 16);
  let at = headLength;
  for (const [index, one] of elements.entries()) {
    const size = sizes[index] ?? 0;
    array.writeUInt32BE(one === null ? nullLength : size, at);
    at += 4;
    if (typeof one === 'string') array.write(one, at, 'utf8');
    else if (one !== null) array.set(one, at);
    at += size;
  }
  return array;
}

function element(type: ColumnType, value: string | number | Uint8Array): string | Uint8Array {
  if (type === 'text' && typeof value === 'string') return value;
  if (type === 'bytea' && value instanceof Uint8Array) return value;
  if (type !== 'bigint' || typeof value !== 'number') throw new TypeError(`not a ${type}: ${typeof value}`);
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}
