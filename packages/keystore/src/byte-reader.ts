/** Reads big-endian numbers and byte strings one after the other. Asking for more than is left answers `undefined`. */
export interface ByteReader {
  /** Bytes that are left. */
  readonly left: number
  /** A number of two bytes. */
  u2(): number | undefined
  /** A number of four bytes. */
  u4(): number | undefined
  /** A signed number of eight bytes. */
  s8(): bigint | undefined
  /** Bytes, not copied: nothing is allocated for a length that a file only claims. */
  take(length: number): Uint8Array | undefined
}

/** A reader at the beginning of some bytes. */
export function byteReader(bytes: Uint8Array): ByteReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  return {
    get left() {
      return bytes.length - at
    },
    u2: () => read(2, (from) => view.getUint16(from)),
    u4: () => read(4, (from) => view.getUint32(from)),
    s8: () => read(8, (from) => view.getBigInt64(from)),
    take: (length) => read(length, (from) => bytes.subarray(from, from + length)),
  }

  function read<Value>(length: number, value: (from: number) => Value): Value | undefined {
    if (length > bytes.length - at) return undefined
    at += length
    return value(at - length)
  }
}
