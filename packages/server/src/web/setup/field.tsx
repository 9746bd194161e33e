import type { Child } from 'hono/jsx'
import { type IpRange, readIpRange, writeIpRange } from '../../ip-range.ts'
import { Lines, YesNo } from './blocks.tsx'
import { largestText, type SentFile, type SentForm, tooLargeMessage } from './form-body.ts'

/** What a field makes of what was sent: a value, or what is wrong with it, in words. */
export type FieldReading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string }

/** How a control is to be drawn. */
export interface ControlProps {
  readonly id: string
  readonly name: string
  /** What stands in it, as a form sends it. */
  readonly entered: readonly string[]
  /** Ids of help and problem, for `aria-describedby`. */
  readonly describedBy: string | undefined
  readonly isFaulty: boolean
}

/** One field of a form: how it is named, explained, drawn and read. `T` is what it holds. */
export interface Field<T> {
  readonly label: string
  /** What it does and what goes wrong without it. */
  readonly help?: string | undefined
  readonly isRequired: boolean
  /** `group`: several controls under one heading; `check`: a box with its label beside it. */
  readonly shape: 'line' | 'group' | 'check' | 'file' | 'hidden' | 'again' | 'fixed'
  /** Whether it sends a secret or a file, which is never shown again. */
  readonly isForgotten: boolean
  /** Most bytes of the file that it sends. */
  readonly largestFile?: number
  /** What is kept of a text that should never have been entered here: what it was, and nothing of what was in it. */
  readonly withoutSecret?: (text: string) => string
  read(name: string, sent: SentForm): FieldReading<T>
  /** A value as a form would send it. */
  write(value: T): readonly string[]
  /** A value as a page shows it that only shows; nothing for what is never shown. */
  show(value: T): Child
  draw(props: ControlProps): Child
}

/** What every field is described by. */
interface About {
  readonly label: string
  /** What it does and what goes wrong without it: no field is left without that. */
  readonly help: string
  readonly isRequired?: boolean
}

/** One of several things to choose. */
export interface Option {
  readonly value: string
  readonly label: string
  /** What it means, where the label does not say. */
  readonly hint?: string | undefined
}

function about({ label, help, isRequired = false }: About) {
  return { label, help, isRequired }
}

function only(name: string, sent: SentForm): string {
  return sent.texts.get(name)?.[0] ?? ''
}

function read<T>(value: T): FieldReading<T> {
  return { ok: true, value }
}

function required(isRequired: boolean, text: string): FieldReading<string> {
  return isRequired && text.trim() === '' ? { ok: false, message: 'Complete this field.' } : read(text)
}

function labelOf(options: readonly Option[], value: string): string | undefined {
  return options.find((option) => option.value === value)?.label
}

/** What script says before anything is sent. */
const limited = (what: 'text' | 'file', most: number) => ({
  'data-most': most,
  'data-too-large': tooLargeMessage(what, most),
})

const faulty = (props: ControlProps) => ({
  'aria-invalid': props.isFaulty ? ('true' as const) : undefined,
  'aria-describedby': props.describedBy,
})

/** One line of text, without the blanks around it. */
export function text(
  props: About & {
    readonly type?: 'text' | 'email' | 'url' | 'tel'
    readonly placeholder?: string
    readonly autocomplete?: string
    readonly isReadOnly?: boolean
  },
): Field<string> {
  const { isRequired = false } = props
  return {
    ...about(props),
    shape: 'line',
    isForgotten: false,
    read: (name, sent) => required(isRequired, only(name, sent).trim()),
    write: (value) => [value],
    show: (value) => value,
    draw: (control) => (
      <input
        class="slds-input"
        id={control.id}
        name={control.name}
        // `url` and `email` would have the browser refuse what the server explains.
        type="text"
        inputmode={props.type}
        value={control.entered[0] ?? ''}
        placeholder={props.placeholder}
        autocomplete={props.autocomplete ?? 'off'}
        readonly={props.isReadOnly}
        required={isRequired}
        spellcheck={false}
        {...faulty(control)}
      />
    ),
  }
}

/** A password. It is never shown again. */
export function password(props: About & { readonly autocomplete: 'current-password' | 'new-password' }): Field<string> {
  const { isRequired = true } = props
  return {
    ...about({ ...props, isRequired }),
    shape: 'line',
    isForgotten: true,
    read: (name, sent) => required(isRequired, only(name, sent)),
    write: () => [],
    show: () => undefined,
    draw: (control) => (
      <input
        class="slds-input"
        id={control.id}
        name={control.name}
        type="password"
        autocomplete={props.autocomplete}
        required={isRequired}
        {...faulty(control)}
      />
    ),
  }
}

/** A whole number, or nothing. */
export function whole(props: About & { readonly unit: string }): Field<number | undefined> {
  const { isRequired = false, unit } = props
  return {
    ...about(props),
    shape: 'line',
    isForgotten: false,
    read(name, sent) {
      const entered = only(name, sent).trim()
      if (entered === '') return isRequired ? { ok: false, message: 'Complete this field.' } : read(undefined)
      if (!/^[0-9]{1,9}$/.test(entered)) return { ok: false, message: `Enter a whole number of ${unit}.` }
      return read(Number(entered))
    },
    write: (value) => (value === undefined ? [] : [String(value)]),
    show: (value) => (value === undefined ? undefined : `${value} ${unit}`),
    draw: (control) => (
      <span class="slds-grid slds-grid_vertical-align-center">
        <input
          class="slds-input number"
          id={control.id}
          name={control.name}
          type="text"
          inputmode="numeric"
          value={control.entered[0] ?? ''}
          autocomplete="off"
          required={isRequired}
          {...faulty(control)}
        />
        <span class="slds-p-left_x-small">{unit}</span>
      </span>
    ),
  }
}

/**
 * Several lines of text, such as PEM.
 * @param accepts the files that may be dropped on it
 * @param isSecret tells a text that should never have been entered here, and is not shown again
 */
export function area(
  props: About & {
    readonly rows?: number
    readonly accepts?: string
    readonly isSecret?: (text: string) => boolean
  },
): Field<string> {
  const { isRequired = false, rows = 4, accepts, isSecret = () => false } = props
  return {
    ...about(props),
    shape: 'line',
    isForgotten: false,
    withoutSecret: (text) => (isSecret(text) ? (/-----BEGIN [A-Z ]+-----/.exec(text)?.[0] ?? '') : text),
    read: (name, sent) => required(isRequired, only(name, sent)),
    write: (value) => [value],
    show: (value) => value,
    draw: (control) => (
      <textarea
        class="slds-textarea"
        id={control.id}
        name={control.name}
        rows={rows}
        required={isRequired}
        spellcheck={false}
        data-drop={accepts}
        {...limited('text', largestText)}
        {...faulty(control)}
      >
        {control.entered.find((text) => !isSecret(text)) ?? ''}
      </textarea>
    ),
  }
}

/** A list, one entry a line; blanks around entries and empty lines are dropped. */
export function lines(
  props: About & { readonly rows?: number; readonly placeholder?: string },
): Field<readonly string[]> {
  const { isRequired = false, rows = 3 } = props
  return {
    ...about(props),
    shape: 'line',
    isForgotten: false,
    read(name, sent) {
      const entries = only(name, sent)
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
      return isRequired && entries.length === 0 ? { ok: false, message: 'Complete this field.' } : read(entries)
    },
    write: (value) => [value.join('\n')],
    show: (value) => <Lines texts={value} />,
    draw: (control) => (
      <textarea
        class="slds-textarea"
        id={control.id}
        name={control.name}
        rows={rows}
        required={isRequired}
        placeholder={props.placeholder}
        spellcheck={false}
        {...limited('text', largestText)}
        {...faulty(control)}
      >
        {control.entered[0] ?? ''}
      </textarea>
    ),
  }
}

/** A box to tick. */
export function check(props: Omit<About, 'isRequired'>): Field<boolean> {
  return {
    ...about(props),
    shape: 'check',
    isForgotten: false,
    read(name, sent) {
      const entered = only(name, sent)
      return entered === '' || entered === 'on'
        ? read(entered === 'on')
        : { ok: false, message: 'Tick it or leave it.' }
    },
    write: (value) => (value ? ['on'] : []),
    show: (value) => <YesNo value={value} />,
    draw: (control) => (
      <input
        type="checkbox"
        id={control.id}
        name={control.name}
        checked={control.entered[0] === 'on'}
        {...faulty(control)}
      />
    ),
  }
}

/** One out of several things, as a list to pull down. @param none what stands for choosing nothing, if that may be */
export function choice(props: About & { readonly options: readonly Option[]; readonly none?: string }): Field<string> {
  const { isRequired = props.none === undefined, options, none } = props
  return {
    ...about({ ...props, isRequired }),
    shape: 'line',
    isForgotten: false,
    read(name, sent) {
      const entered = only(name, sent)
      if (entered === '' && !isRequired) return read('')
      return options.some(({ value }) => value === entered)
        ? read(entered)
        : { ok: false, message: 'Choose one of these.' }
    },
    write: (value) => [value],
    show: (value) => labelOf(options, value) ?? none,
    draw: (control) => (
      <div class="slds-select_container">
        <select class="slds-select" id={control.id} name={control.name} required={isRequired} {...faulty(control)}>
          {none !== undefined && <option value="">{none}</option>}
          {options.map(({ value, label }) => (
            <option value={value} selected={control.entered[0] === value}>
              {label}
            </option>
          ))}
        </select>
      </div>
    ),
  }
}

/** One out of a few things that want explaining, each with a button of its own. */
export function radios(props: About & { readonly options: readonly Option[] }): Field<string> {
  const { options } = props
  return {
    ...about({ ...props, isRequired: true }),
    shape: 'group',
    isForgotten: false,
    read(name, sent) {
      const entered = only(name, sent)
      return options.some(({ value }) => value === entered)
        ? read(entered)
        : { ok: false, message: 'Choose one of these.' }
    },
    write: (value) => [value],
    show: (value) => labelOf(options, value),
    draw: (control) => <Ticks type="radio" control={control} options={options} />,
  }
}

/** Any of several things, each with a box. */
export function choices(props: About & { readonly options: readonly Option[] }): Field<readonly string[]> {
  const { isRequired = false, options } = props
  return {
    ...about(props),
    shape: 'group',
    isForgotten: false,
    read(name, sent) {
      const entered = sent.texts.get(name) ?? []
      const unknown = entered.find((one) => !options.some(({ value }) => value === one))
      if (unknown !== undefined) return { ok: false, message: `There is no “${unknown.slice(0, 80)}” to choose.` }
      if (isRequired && entered.length === 0) return { ok: false, message: 'Choose at least one.' }
      return read([...new Set(entered)])
    },
    write: (value) => value,
    show: (values) => <Lines texts={values.map((value) => labelOf(options, value) ?? value)} />,
    draw: (control) => <Ticks type="checkbox" control={control} options={options} />,
  }
}

/**
 * A file, or nothing.
 * @param accepts endings and types, as the `accept` attribute writes them
 * @param most bytes
 */
export function file(props: About & { readonly accepts: string; readonly most: number }): Field<SentFile | undefined> {
  const { isRequired = false, accepts, most } = props
  return {
    ...about(props),
    shape: 'file',
    isForgotten: true,
    largestFile: most,
    read(name, sent) {
      const found = sent.files.get(name)
      return isRequired && found === undefined ? { ok: false, message: 'Choose a file.' } : read(found)
    },
    write: () => [],
    show: () => undefined,
    draw: (control) => (
      <input
        class="file"
        id={control.id}
        name={control.name}
        type="file"
        accept={accepts}
        required={isRequired}
        {...limited('file', most)}
        {...faulty(control)}
      />
    ),
  }
}

/** A value that the page carries along and nobody sees. */
export function hidden(): Field<string> {
  return {
    label: '',
    isRequired: false,
    shape: 'hidden',
    isForgotten: false,
    read: (name, sent) => read(only(name, sent)),
    write: (value) => [value],
    show: () => undefined,
    draw: ({ id, name, entered }) => <input type="hidden" id={id} name={name} value={entered[0] ?? ''} />,
  }
}

/** What a form of this kind does not ask for: it holds this, is drawn nowhere, and is no field that may be sent. */
export function fixed<T>(value: T): Field<T> {
  return {
    label: '',
    isRequired: false,
    shape: 'fixed',
    isForgotten: true,
    read: () => read(value),
    write: () => [],
    show: () => undefined,
    draw: () => null,
  }
}

/**
 * A second button of a form, which shows the form again with what can be said of what was entered so far, and does
 * nothing. Whether it was the one that was pressed.
 */
export function again(label: string): Field<boolean> {
  return {
    label,
    isRequired: false,
    shape: 'again',
    isForgotten: true,
    read: (name, sent) => read(sent.texts.has(name)),
    write: () => [],
    show: () => undefined,
    draw: ({ id, name }) => (
      <button
        class="slds-button slds-button_neutral"
        type="submit"
        id={id}
        name={name}
        value="on"
        // What is still missing elsewhere is no reason not to look.
        formnovalidate
      >
        {label}
      </button>
    ),
  }
}

/** Ranges of addresses, one a line: `192.0.2.0-192.0.2.255 Office`, or a single address. What they are is checked by the act. */
export function ipRanges(props: About & { readonly rows?: number }): Field<readonly IpRange[]> {
  const entries = lines({ ...props, placeholder: '192.0.2.0-192.0.2.255 Office' })
  return {
    ...entries,
    read(name, sent) {
      const reading = entries.read(name, sent)
      return reading.ok ? read(reading.value.map(readIpRange)) : reading
    },
    write: (value) => entries.write(value.map(writeIpRange)),
    show: (value) => entries.show(value.map(writeIpRange)),
  }
}

interface TicksProps {
  readonly type: 'checkbox' | 'radio'
  readonly control: ControlProps
  readonly options: readonly Option[]
}

function Ticks({ type, control, options }: TicksProps) {
  return (
    <div class="ticks" id={control.id} tabindex={-1}>
      {options.map(({ value, label, hint }) => (
        <div class="tick">
          <input
            type={type}
            id={`${control.id}-${value}`}
            name={control.name}
            value={value}
            checked={control.entered.includes(value)}
            aria-describedby={hint === undefined ? undefined : `${control.id}-${value}-hint`}
          />
          <label for={`${control.id}-${value}`}>{label}</label>
          {hint !== undefined && (
            <p class="slds-text-color_weak slds-text-body_small" id={`${control.id}-${value}-hint`}>
              {hint}
            </p>
          )}
        </div>
      ))}
    </div>
  )
}
