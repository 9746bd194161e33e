// What script adds to the pages of Setup. They work without it.

/** Buttons beside what people copy elsewhere. */
function addCopyButtons(root: ParentNode): void {
  for (const place of root.querySelectorAll<HTMLElement>('[data-copy]')) {
    const text = place.querySelector('code')?.textContent
    if (text === undefined || text === null || navigator.clipboard === undefined) continue
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'slds-button slds-button_neutral copy'
    button.textContent = 'Copy'
    button.setAttribute('aria-label', `Copy ${place.dataset['copy'] ?? ''}`)
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(text)
      button.textContent = 'Copied'
      button.addEventListener('blur', () => (button.textContent = 'Copy'), { once: true })
    })
    place.append(button)
  }
}

/** Areas for text into which a file may be dropped, or chosen. */
function addFileDrop(root: ParentNode): void {
  for (const area of root.querySelectorAll<HTMLTextAreaElement>('textarea[data-drop]')) {
    const take = async (file: File | undefined | null) => {
      if (file === undefined || file === null) return
      const message = tooLarge(area, file.size)
      say(area, message)
      if (message !== '') return
      const bytes = new Uint8Array(await file.arrayBuffer())
      area.value = asPem(bytes)
      area.dispatchEvent(new Event('input', { bubbles: true }))
      area.focus()
    }
    const chooser = document.createElement('input')
    chooser.type = 'file'
    chooser.className = 'file'
    chooser.accept = area.dataset['drop'] ?? ''
    // A form may have several: each says what it fills in.
    const label = (area.labels[0]?.textContent ?? '').replace(/^\*\s*/, '').trim()
    chooser.setAttribute('aria-label', `Take it from a file: ${label}`)
    chooser.addEventListener('change', () => take(chooser.files?.[0]))
    area.after(chooser)
    area.addEventListener('dragover', (event) => {
      event.preventDefault()
      area.classList.add('is-dropping')
    })
    area.addEventListener('dragleave', () => area.classList.remove('is-dropping'))
    area.addEventListener('drop', (event) => {
      event.preventDefault()
      area.classList.remove('is-dropping')
      take(event.dataTransfer?.files[0])
    })
  }
}

type Limited = HTMLInputElement | HTMLTextAreaElement

/** Files and texts that the server would not take are said to be too large before they are sent. */
function checkSizes(root: ParentNode): void {
  const check = (field: Limited, size: number) => {
    const message = tooLarge(field, size)
    field.setCustomValidity(message)
    say(field, message)
  }
  for (const field of root.querySelectorAll<HTMLInputElement>('input[data-most]')) {
    field.addEventListener('change', () => check(field, field.files?.[0]?.size ?? 0))
  }
  for (const area of root.querySelectorAll<HTMLTextAreaElement>('textarea[data-most]')) {
    // A form is sent with two bytes for the end of a line.
    area.addEventListener('input', () => check(area, new Blob([area.value.replaceAll('\n', '\r\n')]).size))
  }
}

/** What is wrong with so many bytes, in the words of the server; nothing when nothing is. */
function tooLarge({ dataset }: Limited, size: number): string {
  return size > Number(dataset['most']) ? (dataset['tooLarge'] ?? '') : ''
}

/** Says beside a field what is wrong with it, or no longer does. */
function say(field: Limited, message: string): void {
  const id = `${field.id}-too-large`
  const said = document.getElementById(id)
  if ((said?.textContent ?? '') === message) return
  said?.remove()
  const others = (field.getAttribute('aria-describedby') ?? '').split(' ').filter((one) => one !== '' && one !== id)
  field.setAttribute('aria-describedby', [...(message === '' ? [] : [id]), ...others].join(' '))
  field.setAttribute('aria-invalid', String(message !== ''))
  field.closest('.slds-form-element')?.classList.toggle('slds-has-error', message !== '')
  if (message === '') return
  const paragraph = document.createElement('p')
  paragraph.id = id
  paragraph.className = 'slds-form-element__help'
  paragraph.setAttribute('role', 'alert')
  paragraph.textContent = message
  field.closest('.slds-form-element__control')?.after(paragraph)
}

/** Text as it is; the bytes of a certificate (DER) as the PEM that means the same. */
function asPem(bytes: Uint8Array): string {
  if (bytes[0] !== 0x30) return new TextDecoder().decode(bytes)
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  const body = btoa(binary).replace(/.{64}/g, '$&\n').trimEnd()
  return `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`
}

/** Quick Find filters the tree while one types. */
function addQuickFind(): void {
  const box = document.querySelector<HTMLInputElement>('[data-filters="tree"]')
  box?.addEventListener('input', () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean)
    for (const section of document.querySelectorAll<HTMLElement>('[data-filtered="tree"]')) {
      const places = [...section.querySelectorAll<HTMLElement>('[data-words]')]
      for (const place of places) place.hidden = !words.every((word) => place.dataset['words']?.includes(word) === true)
      section.hidden = places.every((place) => place.hidden)
    }
  })
}

/** Keeps a list up to date: asks for what is newer than its first row, and puts it on top. */
function followTail(): void {
  const list = document.querySelector<HTMLElement>('[data-tail]')
  const body = list?.querySelector('tbody')
  const state = document.querySelector<HTMLElement>('[data-tail-state]')
  if (list === null || body === null || body === undefined) return
  let after = list.dataset['after'] ?? '0'
  const say = (text: string) => {
    // Said once: screen readers would read it out each time.
    if (state !== null && state.textContent !== text) state.textContent = text
  }
  const show = (rows: string) => {
    body.insertAdjacentHTML('afterbegin', rows)
    while (body.rows.length > 200) body.deleteRow(-1)
    list.hidden = false
    for (const empty of document.querySelectorAll<HTMLElement>('[data-tail-empty]')) empty.hidden = true
  }
  const ask = async () => {
    if (document.hidden) return
    try {
      const answer = await fetch(
        `${list.dataset['tail']}${list.dataset['tail']?.includes('?') ? '&' : '?'}after=${after}`,
      )
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status))
      const rows = await answer.text()
      after = answer.headers.get('x-tail-after') ?? after
      if (rows !== '') show(rows)
      say('Live: new requests appear on top.')
    } catch {
      say('Not live just now. Load the page again to see what is new.')
    }
  }
  say('Live: new requests appear on top.')
  setInterval(ask, 2000)
}

/** Where there is no room beside the page, the menu is closed until it is asked for; where there is, it cannot be closed. */
function foldTree(): void {
  const tree = document.querySelector<HTMLDetailsElement>('details.tree')
  if (tree === null) return
  const narrow = matchMedia('(max-width: 48rem)')
  const fold = () => {
    tree.open = !narrow.matches
  }
  fold()
  narrow.addEventListener('change', fold)
}

/** A form that came back takes people to what it came back for. */
function goToProblems(): void {
  document.querySelector<HTMLElement>('#problems, #see-first')?.focus()
}

foldTree()
addCopyButtons(document)
addFileDrop(document)
checkSizes(document)
addQuickFind()
followTail()
goToProblems()
