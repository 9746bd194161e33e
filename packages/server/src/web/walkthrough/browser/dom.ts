import type { Shape } from '../diagram.ts'

type Attribute = string | boolean | undefined | ((event: Event) => void)

/** An element with attributes, listeners (functions, by the event's name) and children. Text is text, never markup. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...children: readonly (Node | string | undefined)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (value === true) element.setAttribute(name, '')
    else if (typeof value === 'string') element.setAttribute(name, value)
  }
  element.append(...children.filter((child) => child !== undefined))
  return element
}

/** A drawing as elements. */
export function drawn({ tag, attributes, children }: Shape): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children.map((child) => (typeof child === 'string' ? child : drawn(child))))
  return element
}

/** Puts new content in the place of old, and leaves the keyboard where it was, or as near as there still is something. */
export function replaceContent(place: HTMLElement, ...children: readonly (Node | undefined)[]): void {
  const places: string[] = []
  const { activeElement } = document
  if (activeElement !== null && place.contains(activeElement)) {
    for (let at: Element | null = activeElement; at !== null && at !== place; at = at.parentElement) places.push(at.id)
  }
  place.replaceChildren(...children.filter((child) => child !== undefined))
  for (const id of places) {
    const there = id === '' ? null : document.getElementById(id)
    there?.focus({ preventScroll: true })
    if (there !== null && document.activeElement === there) return
  }
}

/** Has the browser save a text as a file. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  h('a', { href: url, download: name }).click()
  URL.revokeObjectURL(url)
}

/** A button. */
export function button(
  label: string,
  press: () => void,
  { look = 'neutral', ...attributes }: Readonly<Record<string, string | boolean | undefined>> = {},
): HTMLButtonElement {
  return h('button', { type: 'button', class: `slds-button slds-button_${look}`, click: press, ...attributes }, label)
}
