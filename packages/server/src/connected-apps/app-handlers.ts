import { z } from 'zod'
import type { HandlerAct } from '../handlers/handler-messages.ts'
import type { Handlers } from '../handlers/handlers.ts'
import type { Org } from '../orgs/org.ts'
import type { User, UserStore } from '../users/user.ts'
import { userSearch } from '../users/user-search.ts'
import type { AppPolicies, ConnectedApp } from './connected-app.ts'
import type { InvocationContext } from './connected-app-plugin.ts'

/** Whom a handler is asked about, and what for. */
export interface HandlerQuestion {
  readonly app: Pick<ConnectedApp, 'id'>
  readonly policies: Pick<AppPolicies, 'plugin' | 'pluginExecutionUserId'>
  readonly user: Pick<User, 'id'>
  readonly org: Pick<Org, 'id'>
  readonly context: InvocationContext
}

/**
 * What a handler says, or what goes where it has nothing to say (`isItsOwn` is false); `problem` is what keeps it from
 * saying anything, in words that hold nothing secret.
 */
export type HandlerWord<T> =
  | { readonly ok: true; readonly value: T; readonly isItsOwn: boolean }
  | { readonly ok: false; readonly problem: string }

type Attributes = Readonly<Record<string, string>>

/** The custom connected app handlers of orgs. An app without one is told what it would be told anyway. */
export interface AppHandlers {
  /** Whether the user may use the app. @param isAdminApproved what is assigned to the app says */
  authorize(question: HandlerQuestion, isAdminApproved: boolean): Promise<HandlerWord<boolean>>
  /** Tells it of a refresh, to which it may say no. */
  refresh(question: HandlerQuestion): Promise<HandlerWord<unknown>>
  /** What the app is told of the user. @param byFormulas what its formulas came to */
  customAttributes(question: HandlerQuestion, byFormulas: Attributes): Promise<HandlerWord<Attributes>>
  /** The response that is to be signed in place of this one. @param session by the names that Apex has for its parts */
  modifySamlResponse(question: HandlerQuestion, session: Attributes, response: string): Promise<HandlerWord<string>>
}

interface Needs {
  readonly handlers: Pick<Handlers, 'call'>
  readonly users: Pick<UserStore, 'find' | 'findByUsername' | 'findByFederationId' | 'search'>
}

/** One function of a handler: what it is called with, what it must answer, and what goes where it is left out. */
interface Call<T> {
  readonly act: HandlerAct
  readonly args: readonly unknown[]
  readonly answer: z.ZodType<T>
  readonly otherwise: T
}

// As many as an app may have by formulas.
const attributes = z.record(z.string().max(128), z.string().max(4096)).refine((all) => Object.keys(all).length <= 128)

/** Asks the handlers, whose code runs where that of token exchange handlers does. */
export function appHandlers({ handlers, users }: Needs): AppHandlers {
  return {
    authorize: (question, isAdminApproved) =>
      ask(question, {
        act: 'authorize',
        args: about(question, isAdminApproved),
        answer: z.boolean(),
        otherwise: isAdminApproved,
      }),
    refresh: (question) =>
      ask(question, { act: 'refresh', args: about(question), answer: z.unknown(), otherwise: undefined }),
    customAttributes: (question, byFormulas) =>
      ask(question, {
        act: 'customAttributes',
        args: about(question, byFormulas),
        answer: attributes,
        otherwise: byFormulas,
      }),
    modifySamlResponse: (question, session, response) =>
      ask(question, {
        act: 'modifySAMLResponse',
        args: [session, shortId(question.app), response],
        answer: z.string(),
        otherwise: response,
      }),
  }

  async function ask<T>(
    { policies, org }: HandlerQuestion,
    { act, args, answer, otherwise }: Call<T>,
  ): Promise<HandlerWord<T>> {
    const { plugin, pluginExecutionUserId } = policies
    if (plugin === undefined) return { ok: true, value: otherwise, isItsOwn: false }
    const unfit = await unfitUser(pluginExecutionUserId, act)
    // As a user who is not fit nothing is called. That there is nothing to call can be seen without.
    const call = await handlers.call(plugin, act, unfit === undefined ? args : undefined, userSearch({ users }, org))
    if (!call.ok) return call.isLeftOut ? { ok: true, value: otherwise, isItsOwn: false } : call
    if (unfit !== undefined) return { ok: false, problem: unfit }
    const read = answer.safeParse(call.json === undefined ? undefined : JSON.parse(call.json))
    return read.success
      ? { ok: true, value: read.data, isItsOwn: true }
      : { ok: false, problem: `${act} answered something else than it should` }
  }

  /** Without an execution user a handler runs as nobody, who may say what an app is told and no more, as at Salesforce. */
  async function unfitUser(userId: string | undefined, act: HandlerAct): Promise<string | undefined> {
    if (userId === undefined) return act === 'customAttributes' ? undefined : 'it has no execution user'
    const user = await users.find(userId)
    const isFit = user?.isActive === true && !user.isFrozen
    return isFit ? undefined : `its execution user ${user?.username ?? ''} is not active`
  }
}

/** What every function but the one for SAML is called with: whom and what it is about, what is known, and what for. */
function about({ user, app, context }: HandlerQuestion, ...known: readonly unknown[]): readonly unknown[] {
  return [shortId(user), shortId(app), ...known, context]
}

// Apex hands ids to these functions without their checksum.
function shortId({ id }: { readonly id: string }): string {
  return id.slice(0, 15)
}
