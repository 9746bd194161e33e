import { createHash } from 'node:crypto'
import { lineProblem, trimmed } from '../entered-text.ts'
import { fileSize, mebibyte } from '../file-size.ts'

/** A file of an app for mobile devices, as the app knows it. Its bytes are kept beside the app, not in it. */
export interface MobileFile {
  readonly fileName: string
  /** Bytes. */
  readonly length: number
  /** Of its bytes, in hexadecimal digits. */
  readonly sha256: string
}

/** The bytes of a file, to be kept under the hash that an app knows it by. */
export interface MobileFileContent {
  readonly sha256: string
  readonly bytes: Uint8Array
}

/** A file as it is entered: with its bytes, by its name alone for the one that is held already, or `none` to take it away. */
export type EnteredMobileFile = { readonly fileName: string; readonly bytes: Uint8Array | undefined } | 'none'

/** What a kind of file has to be. */
interface FileRule {
  readonly label: string
  /** Bytes. */
  readonly most: number
  /** What to do with a larger one. */
  readonly tooLarge: string
  readonly kinds: readonly { readonly endings: readonly string[]; readonly starts: readonly string[] }[]
}

const archive = '504b0304'

/** Most bytes of an app binary. */
export const largestBinary = 10 * mebibyte
/** Most bytes of an icon, as of logos at Salesforce. */
export const largestIcon = 100 * 1024

/** What the binary of each platform has to be: both stores take archives. */
export const binaryRules: Readonly<Record<'ios' | 'android', FileRule>> = {
  ios: {
    label: 'An app for iOS',
    most: largestBinary,
    tooLarge: 'A larger one is told by its App Binary URL.',
    kinds: [{ endings: ['.ipa'], starts: [archive] }],
  },
  android: {
    label: 'An app for Android',
    most: largestBinary,
    tooLarge: 'A larger one is told by its App Binary URL.',
    kinds: [{ endings: ['.apk', '.aab'], starts: [archive] }],
  },
}

/** What an icon has to be. */
export const iconRule: FileRule = {
  label: 'An icon',
  most: largestIcon,
  tooLarge: 'It is drawn no larger than 120 × 120 pixels.',
  kinds: [
    { endings: ['.png'], starts: ['89504e470d0a1a0a'] },
    { endings: ['.jpg', '.jpeg'], starts: ['ffd8ff'] },
    { endings: ['.gif'], starts: ['474946383761', '474946383961'] },
  ],
}

/** What is wrong with the name of a file, or with its bytes where they are there; `undefined` when nothing is. */
export function mobileFileProblem(
  { fileName, bytes }: Exclude<EnteredMobileFile, 'none'>,
  { label, most, tooLarge, kinds }: FileRule,
): string | undefined {
  if (trimmed(fileName) === undefined) return 'Give the name of the file, too.'
  const ofName = /[/\\]/.test(fileName) ? 'Give the name of the file without its folder.' : lineProblem(fileName, 80)
  if (ofName !== undefined) return ofName
  const name = fileName.toLowerCase()
  const kind = kinds.find(({ endings }) => endings.some((ending) => name.endsWith(ending)))
  if (kind === undefined) return `${label} is a file ${kinds.flatMap(({ endings }) => endings).join(', ')}.`
  if (bytes === undefined) return undefined
  if (bytes.length > most) return `${label} has at most ${fileSize(most)}. ${tooLarge}`
  const start = Buffer.from(bytes.subarray(0, 8)).toString('hex')
  if (kind.starts.some((known) => start.startsWith(known))) return undefined
  return `“${fileName}” is called ${kind.endings.join(' or ')}, but what is in it is none.`
}

/** The file as the app is to know it. */
export function mobileFileOf(fileName: string, bytes: Uint8Array): MobileFile {
  return { fileName, length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** The media type of a file, by the ending that it has to have. */
export function mobileFileType({ fileName }: Pick<MobileFile, 'fileName'>): string {
  const ending = fileName.slice(fileName.lastIndexOf('.')).toLowerCase()
  return mediaTypes[ending] ?? 'application/octet-stream'
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.apk': 'application/vnd.android.package-archive',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
}
