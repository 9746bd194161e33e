// Colours of the design system, made ours: its blue becomes our green, and each colour gets a counterpart for the dark.
// All by OKLCH, in which equal steps of lightness look equal.

const ours = { hue: 162, from: 225, to: 285 }

/** A value of CSS with each colour as a pair for light and dark. */
export function inBothSchemes(value) {
  return value.replaceAll(/#[0-9a-f]{3,8}\b|rgba?\([^)]*\)|\b(?:white|black)\b/gi, (text) => {
    const colour = parsed(text)
    if (colour === undefined || colour.alpha === 0) return text
    const light = withOurHue(colour)
    return `light-dark(${written(light)},${written(inTheDark(light))})`
  })
}

function withOurHue(colour) {
  const { hue, chroma } = colour
  if (chroma < 0.02 || hue < ours.from || hue > ours.to) return colour
  return { ...colour, hue: ours.hue, chroma: chroma * 0.55 }
}

// The lightness turns round, and the middle is lifted: what is readable on white must be so on near black.
function inTheDark(colour) {
  const lightness = 0.19 + (1 - colour.lightness) ** 0.7 * 0.79
  const isGrey = colour.chroma < 0.02
  return { ...colour, lightness, chroma: isGrey ? 0.006 : colour.chroma * 0.8, hue: isGrey ? ours.hue : colour.hue }
}

function parsed(text) {
  const channels = channelsOf(text)
  if (channels === undefined || channels.some((channel) => Number.isNaN(channel))) return undefined
  const [red, green, blue, alpha = 1] = channels
  const [r, g, b] = [red, green, blue].map((channel) => {
    const part = channel / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  const lightness = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s
  const second = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s
  return {
    lightness,
    chroma: Math.hypot(a, second),
    hue: ((Math.atan2(second, a) * 180) / Math.PI + 360) % 360,
    alpha,
  }
}

function channelsOf(text) {
  if (/^white$/i.test(text)) return [255, 255, 255]
  if (/^black$/i.test(text)) return [0, 0, 0]
  if (!text.startsWith('#'))
    return text
      .slice(text.indexOf('(') + 1, -1)
      .split(',')
      .map(Number)
  const digits = text.length < 6 ? text.slice(1).replaceAll(/./g, '$&$&') : text.slice(1)
  const channels = digits.match(/../g)?.map((pair) => Number.parseInt(pair, 16))
  return channels?.map((channel, index) => (index === 3 ? channel / 255 : channel))
}

function written({ lightness, chroma, hue, alpha }) {
  const angle = (hue * Math.PI) / 180
  const a = chroma * Math.cos(angle)
  const b = chroma * Math.sin(angle)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const channels = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((part) => {
    const channel = part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055
    return Math.round(Math.min(1, Math.max(0, channel)) * 255)
  })
  const hex = channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')
  const opacity =
    alpha === 1
      ? ''
      : Math.round(alpha * 255)
          .toString(16)
          .padStart(2, '0')
  return `#${hex}${opacity}`
}
