import { secretInPlaceOfKey } from '../shown-consumer-key.ts'

/** Guesses from the look of a consumer key that nobody knows why that is so. */
export function clueOfConsumerKey(found: string): string {
  if (found === secretInPlaceOfKey) {
    return 'Key and secret seem to have changed places. Send the Consumer Key here; and since the secret has been in the wrong place, make a new one.'
  }
  if (found.trim() === '') return 'The value is empty: perhaps a variable of your program is not set.'
  if (/^\s|\s$/.test(found)) return 'There is a space or a line break around it. Copy the key again without.'
  if (/\s/.test(found)) return 'There is a space or a line break within it. Copy the key again without.'
  if (/^(["'“”]).*["'“”]$/.test(found)) return 'The quotes around it are not part of the key.'
  if (/[<>{}$]|^your|client_?id|consumer_?key/i.test(found)) {
    return 'That is the placeholder of an example. Put the Consumer Key of your app there.'
  }
  if (/^(?:0H4|0xI)[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/.test(found)) {
    return "That is the id of an app's record, not its Consumer Key."
  }
  if (/^(?:888|00D|005)[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/.test(found)) {
    return 'That is the id of a record, not a Consumer Key.'
  }
  if (found.includes('@')) return 'That looks like a username. The app goes here; the user goes into `sub`.'
  if (/^https?:/i.test(found)) return 'That is a URL. Put the Consumer Key of your app there.'
  if (/%[0-9a-f]{2}/i.test(found)) return 'It is percent-encoded once too often.'
  if (found.startsWith('3MVG9') && found.length < 80) {
    return 'It begins like a Consumer Key, but is too short: it may have been cut when it was copied.'
  }
  if (found.startsWith('3MVG9')) {
    return 'It looks like a Consumer Key of Salesforce. An app of the same key can be made here: set `consumerKey` in the org file.'
  }
  return 'No app on this server has this key; large and small letters count.'
}
