import { z } from 'zod'
import type { Problem } from '../../problem.ts'
import type { Seal } from '../../seal.ts'
import { randomText } from '../../secret.ts'
import type { KeptFormStore } from '../../sessions/kept-form.ts'
import type { Session } from '../../sessions/session.ts'
import type { Entered } from './form.tsx'
import { largestForm } from './form-body.ts'

/** What a form that came back shows: what was entered, what is wrong with it, and what is to be seen first. */
export interface CameBack {
  readonly entered: Entered
  /** Names of the fields with files that were sent: no page can put a file back into its field. */
  readonly files: readonly string[]
  readonly problems: readonly Problem[]
  /** Markup of ours. */
  readonly seeFirst: string | undefined
}

/** Keeps forms that came back, so that the page which shows them is asked for like any other. */
export interface KeptForms {
  /** Answers by which name it is kept; `undefined` for one that is too large for that. */
  keep(session: Session, path: string, form: CameBack): Promise<string | undefined>
  /** What is kept by that name of this session for the page at this path. */
  find(session: Session, path: string, id: string): Promise<CameBack | undefined>
}

interface Needs {
  readonly keptForms: Pick<KeptFormStore, 'add' | 'find'>
  readonly seal: Seal
  readonly now: () => Date
}

/** Seconds: long enough to go back and forth. */
const keptFor = 900

const content = z.object({
  entered: z.array(z.tuple([z.string(), z.array(z.string())])),
  files: z.array(z.string()),
  problems: z.array(z.object({ field: z.string(), item: z.number().exactOptional(), message: z.string() })),
  seeFirst: z.string().optional(),
})

/** {@link KeptForms} over the store, sealed: what people enter may be anything. */
export function keptForms({ keptForms: store, seal, now }: Needs): KeptForms {
  return {
    async keep(session, path, form) {
      const text = JSON.stringify({ ...form, entered: [...form.entered] })
      if (text.length > largestForm) return undefined
      const id = randomText(22)
      const expiresAt = new Date(now().getTime() + keptFor * 1000)
      await store.add({ id, sessionId: session.id, content: seal.close(text, purpose(session, path)), expiresAt })
      return id
    },
    async find(session, path, id) {
      const found = await store.find({ id, sessionId: session.id }, now())
      const text = found && opened(found.content, purpose(session, path))
      if (text === undefined) return undefined
      const { entered, seeFirst, ...others } = content.parse(JSON.parse(text))
      return { ...others, entered: new Map(entered), seeFirst }
    },
  }

  function opened(sealed: string, what: string): string | undefined {
    try {
      return seal.open(sealed, what)
    } catch {
      // Of the form of another page, or of before the encryption key was changed: it is as good as over.
      return undefined
    }
  }
}

function purpose({ id, userId }: Session, path: string): string {
  return `form of ${path} sent by ${userId} in session ${id}`
}
