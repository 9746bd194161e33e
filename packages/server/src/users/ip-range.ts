import { BlockList, isIP } from 'node:net'
import type { IpRange } from './profile.ts'

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
