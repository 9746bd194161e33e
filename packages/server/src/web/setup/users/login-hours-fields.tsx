import { type Weekday, weekdays } from '../../../time-zone.ts'
import { clockText, type DayHours, dayHoursText, type LoginHours } from '../../../users/login-hours.ts'
import { Nothing } from '../blocks.tsx'
import type { Field } from '../field.tsx'
import type { ValuesOf } from '../form.tsx'

const hours = Array.from({ length: 25 }, (_, hour) => hour * 60)
const starts = hours.slice(0, -1)

/** When users may sign in on a day: two lists to pull down. */
function dayField(day: Weekday): Field<DayHours | undefined> {
  const label = labelOf(day)
  return {
    label,
    isRequired: false,
    shape: 'group',
    isForgotten: false,
    read(name, sent) {
      const [from = '', until = '', ...others] = sent.texts.get(name) ?? []
      if (from === '' && until === '') return { ok: true, value: undefined }
      if (from === '' || until === '') return { ok: false, message: 'Choose both ends, or neither for any time.' }
      const isOffered = starts.map(String).includes(from) && hours.map(String).includes(until) && others.length === 0
      if (!isOffered) return { ok: false, message: 'Choose one of these hours.' }
      return { ok: true, value: { from: Number(from), until: Number(until) } }
    },
    write: (value) => (value === undefined ? [] : [String(value.from), String(value.until)]),
    show: (value) => (value === undefined ? <Nothing /> : dayHoursText(day, value)),
    draw: ({ id, name, entered: [from = '', until = ''] }) => (
      <div class="hours" id={id} tabindex={-1}>
        <HourList name={name} label={`${label}, from`} none="Any time" options={starts} chosen={from} />
        <span aria-hidden="true">–</span>
        <HourList name={name} label={`${label}, until`} none="Any time" options={hours} chosen={until} />
      </div>
    ),
  }
}

interface HourListProps {
  readonly name: string
  readonly label: string
  readonly none: string
  readonly options: readonly number[]
  readonly chosen: string
}

function HourList({ name, label, none, options, chosen }: HourListProps) {
  return (
    <div class="slds-select_container">
      <select class="slds-select" name={name} aria-label={label}>
        <option value="">{none}</option>
        {options.map((minutes) => (
          <option value={String(minutes)} selected={chosen === String(minutes)}>
            {minutes === 1440 ? 'End of day' : clockText(minutes)}
          </option>
        ))}
      </select>
    </div>
  )
}

/** *Login Hours*: a field for each day. */
export const loginHoursFields = {
  monday: dayField('monday'),
  tuesday: dayField('tuesday'),
  wednesday: dayField('wednesday'),
  thursday: dayField('thursday'),
  friday: dayField('friday'),
  saturday: dayField('saturday'),
  sunday: dayField('sunday'),
}

/** The hours that were entered. */
export function enteredLoginHours(values: ValuesOf<typeof loginHoursFields>): LoginHours {
  const entered: Partial<Record<Weekday, DayHours>> = {}
  for (const day of weekdays) {
    const held = values[day]
    if (held !== undefined) entered[day] = held
  }
  return entered
}

function labelOf(day: Weekday): string {
  return day.charAt(0).toUpperCase() + day.slice(1)
}
