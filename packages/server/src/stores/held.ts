import { type Expression, type RawBuilder, sql } from 'kysely'

/**
 * A value that a row may only be given while a condition holds: where it does not, it is `null`, which the column refuses. The
 * whole transaction fails with {@link OutOfDate}, without anybody having to ask first, or to wait for how many rows were written.
 */
export function held<T>(condition: Expression<unknown>, value: Expression<T>): RawBuilder<T> {
  return sql<T>`case when ${condition} then ${value} end`
}
