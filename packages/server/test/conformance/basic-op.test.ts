import { describe } from 'vitest'
import { basicOp } from './basic-op.ts'

describe('oidcc-basic-certification-test-plan', () => basicOp('query'))
