// What the page's stylesheet says of the drawing, for where there is none.
const look = `
.sequence { background: #fff; font: 13px system-ui, sans-serif; }
.life { stroke: #b6c0b3; stroke-dasharray: 3 4; }
.who { fill: #e2f0e8; stroke: #14573f; }
text { fill: #181c1a; }
.message line { stroke: #14573f; stroke-width: 1.5; }
.message path { fill: #14573f; }
.answer line { stroke-dasharray: 6 3; }
.planned { opacity: 0.45; }
.refused line { stroke: #a3160f; }
.refused path, .refused text { fill: #a3160f; }
`

/** A drawing as the text of an SVG file of its own. What it shows are names and codes, never a secret. */
export function pictureOf(drawing: SVGElement): string {
  const copy = drawing.cloneNode(true)
  const style = document.createElementNS('http://www.w3.org/2000/svg', 'style')
  style.textContent = look
  if (copy instanceof SVGElement) copy.prepend(style)
  return new XMLSerializer().serializeToString(copy)
}
