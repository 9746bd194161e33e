import { describe } from 'vitest'
import { basicOp } from './basic-op.ts'

describe('oidcc-formpost-basic-certification-test-plan', () => basicOp('form_post'))
