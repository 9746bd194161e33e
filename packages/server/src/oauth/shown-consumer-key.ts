/** What stands in the journal where somebody sent a consumer secret as the consumer key. */
export const secretInPlaceOfKey = '(something that looks like a Consumer Secret)'

/** A consumer key that nobody knows, as it may be kept and shown: cut to 256 characters, and never a secret. */
export function shownConsumerKey(consumerKey: string): string {
  // Key and secret are easily confused, and a secret of Salesforce's look is told by it.
  return /^(?:[0-9A-Fa-f]{64}|[0-9]{16,19})$/.test(consumerKey.trim()) ? secretInPlaceOfKey : consumerKey.slice(0, 256)
}
