import { pino } from 'pino'
import type { Log, LogLevel } from './log.ts'
import type { Terminal } from './terminal.ts'

/** A log for programs: one line of JSON for each event, on standard error. */
export function jsonLog(terminal: Pick<Terminal, 'log'>, level: LogLevel): Log {
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: told } },
    { write: terminal.log },
  )
  return {
    said(message, facts = {}) {
      logger.info(facts, message)
    },
    answered({ requestId, endpoint, flow, sourceIp, status, error, refusal }) {
      const facts = { requestId, endpoint, flow, sourceIp, status, error, reason: refusal?.reason }
      if (refusal === undefined) logger.debug(facts, 'answered')
      else logger.info(facts, 'refused')
    },
    failed(error, where) {
      logger.error({ err: error, where }, 'failed')
    },
  }
}

// Errors that came of one another, and are told.
const mostCauses = 10

/** What is told of an error, and of what it came of: what else it carries may be anybody's data. */
function told(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error)
  const chain = withCauses(error)
  return {
    type: error.constructor.name,
    code: 'code' in error ? String(error.code) : undefined,
    message: chain.map(({ message }) => message).join(': '),
    stack: chain.map(({ stack, message }) => stack ?? message).join('\ncaused by: '),
    errors: error instanceof AggregateError ? error.errors.map(told) : undefined,
  }
}

function withCauses(error: Error): readonly Error[] {
  const chain = [error]
  for (let { cause } = error; cause instanceof Error && chain.length < mostCauses; { cause } = cause) chain.push(cause)
  return chain
}
