import type { IpRange } from '@sallyport/server'

/** A range as it is entered on the command line: `192.0.2.0-192.0.2.255=Office`. */
export function readIpRange(text: string): IpRange {
  const [, addresses = '', description] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? []
  const [start = '', end = start] = addresses.split('-')
  return { start, end, ...(description !== undefined && { description }) }
}
