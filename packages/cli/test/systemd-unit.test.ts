import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from './program.ts'

const unit = fileURLToPath(new URL('../../../deploy/sallyport.service', import.meta.url))
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0

describe.runIf(hasSystemd)('deploy/sallyport.service', () => {
  it('is a unit that systemd reads without a word', () => {
    using folder = temporaryFolder()
    const copy = join(folder.path, 'sallyport.service')
    // It looks whether the program is there.
    writeFileSync(copy, readFileSync(unit, 'utf8').replace('/usr/local/bin/sallyport', process.execPath))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', copy], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  })
})
