/** What may not be shown of another's text: controls, and the invisible marks that reorder or hide what stands around
 *  them. The joiners U+200C and U+200D stay, because words and emoji are spelled with them. */
const unshowable = /(?![\u200c\u200d])[\p{Cc}\p{Cf}]/gu

// Made when a text is first too long: it takes longer than most of a start.
let segmenter: Intl.Segmenter | undefined
function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return segmenter.segment(text)
}

/** Prepares text that an app or an admin supplied for a page: one line, no marks that could make it pose as ours, and
 *  at most `longest` UTF-16 units, cut between characters as a reader sees them (ASVS 10.4.7). */
export function excerpt(text: string, longest: number): string {
  const line = text.toWellFormed().replace(/\s/gu, ' ').replace(unshowable, '').replace(/ +/g, ' ').trim()
  if (line.length <= longest) return line
  let kept = ''
  for (const { segment } of graphemesOf(line)) {
    if (kept.length + segment.length > longest - 1) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}
