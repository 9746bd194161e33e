import type { HandlerAct, HandlerArguments } from './handler-messages.ts'
import type { HandlerTools } from './handler-tools.ts'

const longestAnswer = 65_536

/** What a handler's function came to: JSON, or what is wrong with it in words that hold nothing of the token. */
export type HandlerCall =
  | { readonly ok: true; readonly json: string | undefined }
  /** `isLeftOut`: it has no such function. */
  | { readonly ok: false; readonly problem: string; readonly isLeftOut?: true }

/** Calls a function of a handler, or looks for it, and takes its answer as JSON: nothing of the handler's own reaches the server. */
export async function callHandler(
  handler: unknown,
  act: HandlerAct,
  args: HandlerArguments,
  tools: HandlerTools,
): Promise<HandlerCall> {
  const fn = functionOf(handler, act)
  if (fn === undefined) return { ok: false, problem: `it has no function ${act}`, isLeftOut: true }
  if (args === undefined) return { ok: true, json: undefined }
  try {
    const answer: unknown = await Reflect.apply(fn, handler, [...args, tools])
    const json: unknown = JSON.stringify(answer)
    if (typeof json === 'string' && json.length > longestAnswer)
      return { ok: false, problem: `${act} answered too much` }
    return { ok: true, json: typeof json === 'string' ? json : undefined }
  } catch (error) {
    return { ok: false, problem: `${act} threw: ${errorText(error)}` }
  }
}

// What is long and has no blanks may be a token, or a part of one.
const tokenLike = /[\w+/=.~!-]{24,}/g

/** What an error says, in one short line without anything that could be a token. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return text
    .slice(0, 2000)
    .replaceAll(tokenLike, '…')
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .slice(0, 200)
    .trim()
}

function functionOf(handler: unknown, act: HandlerAct): ((...args: never) => unknown) | undefined {
  const fn: unknown = typeof handler === 'object' && handler !== null ? Reflect.get(handler, act) : undefined
  return typeof fn === 'function' ? (...args) => Reflect.apply(fn, handler, args) : undefined
}
