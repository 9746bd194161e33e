import { apex, namedCredential } from './apex.ts'
import { curl } from './curl.ts'
import { postman } from './postman.ts'
import { python } from './python.ts'
import type { Format } from './taken.ts'
import { typescript } from './typescript.ts'

/** Everything that a step or a flow can be taken along as. */
export const formats: readonly Format[] = [curl, postman, apex, namedCredential, typescript, python]
