/** Bytes. */
export const mebibyte = 1024 * 1024

/** A number of bytes, for people. */
export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`
  const [size, unit] = bytes < mebibyte ? [bytes / 1024, 'KB'] : [bytes / mebibyte, 'MB']
  return `${Number(size.toFixed(1))} ${unit}`
}
