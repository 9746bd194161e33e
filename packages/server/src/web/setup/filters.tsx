import type { Option } from './field.tsx'

/** One thing by which a list is filtered: a text, a day, or one out of several things. */
export interface Filter {
  /** Of the parameter in the list's address. */
  readonly name: string
  readonly label: string
  /** What may be chosen; there is a text or a day to enter without. */
  readonly options?: readonly Option[]
  readonly type?: 'text' | 'date'
}

interface FiltersProps {
  readonly path: string
  readonly query: URLSearchParams
  readonly filters: readonly Filter[]
}

/** What a list is filtered by, over it: the filters stand in its address, so that it can be kept and sent. */
export function Filters({ path, query, filters }: FiltersProps) {
  const isFiltered = filters.some(({ name }) => (query.get(name) ?? '') !== '')
  return (
    <search>
      <form class="filters" method="get" action={path}>
        {filters.map(({ name, label, options, type = 'text' }) => {
          const id = `filter-${name}`
          const value = query.get(name) ?? ''
          return (
            <div class="slds-form-element">
              <label class="slds-form-element__label" for={id}>
                {label}
              </label>
              {options === undefined ? (
                <input class="slds-input" id={id} name={name} type={type} value={value} autocomplete="off" />
              ) : (
                <div class="slds-select_container">
                  <select class="slds-select" id={id} name={name}>
                    <option value="">All</option>
                    {options.map((option) => (
                      <option value={option.value} selected={option.value === value}>
                        {option.label}
                      </option>
                    ))}
                  </select>
                </div>
              )}
            </div>
          )
        })}
        <div class="actions">
          <button class="slds-button slds-button_neutral" type="submit">
            Apply
          </button>
          {isFiltered && <a href={path}>Clear</a>}
        </div>
      </form>
    </search>
  )
}

/** What a filter was set to, if it was. What is none of its options counts as not set. */
export function chosen<Value extends string>(
  query: URLSearchParams,
  name: string,
  options: readonly { readonly value: Value }[],
): Value | undefined {
  const asked = query.get(name)
  return options.find(({ value }) => value === asked)?.value
}

/** The begin of a day that a filter was set to, in UTC. */
export function chosenDay(query: URLSearchParams, name: string): Date | undefined {
  const asked = query.get(name) ?? ''
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(asked)) return undefined
  const day = new Date(`${asked}T00:00:00Z`)
  return Number.isNaN(day.getTime()) ? undefined : day
}
