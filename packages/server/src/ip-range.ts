import { BlockList, isIP } from 'node:net'

/** Addresses from `start` to `end`, both included, IPv4 or IPv6. */
export interface IpRange {
  readonly start: string
  readonly end: string
  readonly description?: string
}

/** What makes a range, in words. */
export const ipRangeRule = 'A range has a start and an end, both IPv4 or both IPv6 addresses, in this order.'

// A list of ranges is read once and kept as long as the profile or app that holds it.
const parsed = new WeakMap<readonly IpRange[], BlockList>()

/** Whether an address lies in one of the ranges. */
export function isInRanges(address: string, ranges: readonly IpRange[]): boolean {
  const family = isIP(address)
  if (family === 0) return false
  let list = parsed.get(ranges)
  if (list === undefined) {
    list = new BlockList()
    for (const { start, end } of ranges) list.addRange(start, end, isIP(start) === 6 ? 'ipv6' : 'ipv4')
    parsed.set(ranges, list)
  }
  return list.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * A range as people write it on a line, `192.0.2.0-192.0.2.255 Office`; an address alone is the range of itself. What is
 * none comes out as one that {@link isIpRange} refuses.
 */
export function readIpRange(line: string): IpRange {
  const [, start, end, description] = /^([0-9a-f.:]+)(?:\s*-\s*([0-9a-f.:]+))?(?:\s+(.+))?$/i.exec(line.trim()) ?? []
  if (start === undefined) return { start: line.trim(), end: '' }
  return { start, end: end ?? start, ...(description === undefined ? {} : { description }) }
}

/** A range as {@link readIpRange} reads it. */
export function writeIpRange({ start, end, description }: IpRange): string {
  const range = start === end ? start : `${start}-${end}`
  return description === undefined ? range : `${range} ${description}`
}

/** Whether a range can be used: two addresses of one family, in order. */
export function isIpRange({ start, end }: Pick<IpRange, 'start' | 'end'>): boolean {
  const family = isIP(start)
  if (family === 0 || isIP(end) !== family) return false
  try {
    new BlockList().addRange(start, end, family === 6 ? 'ipv6' : 'ipv4')
    return true
  } catch {
    // Out of order is all that is left to be wrong.
    return false
  }
}
