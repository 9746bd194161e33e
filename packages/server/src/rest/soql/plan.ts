import type { Field, SObject } from '../object.ts'

/** A field as a query reaches it: through reference fields from the object it is about. */
export interface FieldPath {
  readonly via: readonly Step[]
  readonly field: Field
}

/** A reference field, and the object on which the path goes on. */
export interface Step {
  readonly by: Field
  readonly to: SObject
}

/** What aggregates a group of records. */
export type AggregateFunction = 'AVG' | 'COUNT' | 'COUNT_DISTINCT' | 'MAX' | 'MIN' | 'SUM'

/** What a query computes for a record or a group: a field, or an aggregate; `COUNT()` is one of no field. */
export type Expression =
  | { readonly kind: 'field'; readonly path: FieldPath }
  | { readonly kind: 'aggregate'; readonly aggregate: AggregateFunction; readonly path: FieldPath | undefined }

/** A value as the database holds it: instants are epoch milliseconds, yes and no are 1 and 0. */
export type SqlValue = string | number | null

/** How a field is compared. */
export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>='

/** What WHERE or HAVING ask. Null is a value like others: what is not equal to something may be null. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'compare'; readonly left: Expression; readonly by: Comparison; readonly value: SqlValue }
  | { readonly kind: 'like'; readonly left: Expression; readonly pattern: string }
  | { readonly kind: 'in'; readonly left: Expression; readonly values: readonly SqlValue[] }
  /** Whether a multi-select picklist has all of one of these. */
  | { readonly kind: 'includes'; readonly left: Expression; readonly anyOf: readonly (readonly string[])[] }
  | { readonly kind: 'in-query'; readonly left: Expression; readonly plan: Plan; readonly selected: FieldPath }

/** One thing that a query answers with. */
export type Selected =
  /** `name` is where it stands in the answer, below the relationships of the path. */
  | { readonly kind: 'field'; readonly path: FieldPath; readonly name: string }
  | { readonly kind: 'value'; readonly expression: Expression; readonly name: string; readonly display: string }
  /** The records that refer to each record, by one of their fields. */
  | { readonly kind: 'children'; readonly relationship: string; readonly by: Field; readonly plan: Plan }

/** How records are sorted by one expression. */
export interface Ordering {
  readonly by: Expression
  readonly isDescending: boolean
  readonly hasNullsLast: boolean
}

/** A query that has been understood: every name in it is a field that exists, every value is of its field's type. */
export interface Plan {
  readonly object: SObject
  readonly includesDeleted: boolean
  /** Only the records of the user who asks. */
  readonly isMine: boolean
  /** `count` is `SELECT COUNT()`, whose answer is a number alone; `groups` come from aggregates or GROUP BY. */
  readonly kind: 'records' | 'count' | 'groups'
  readonly select: readonly Selected[]
  readonly where: Condition | undefined
  readonly groupBy: readonly FieldPath[]
  readonly having: Condition | undefined
  readonly orderBy: readonly Ordering[]
  readonly limit: number | undefined
  readonly offset: number
}
