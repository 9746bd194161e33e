import { describe, expect, it } from 'vitest'
import { binaryRules, iconRule, mobileFileProblem } from './mobile-file.ts'

const archive = Buffer.from('504b030414000000', 'hex')
const png = Buffer.from('89504e470d0a1a0a0000', 'hex')

describe('mobileFileProblem', () => {
  it('finds nothing wrong with what each platform takes', () => {
    expect(mobileFileProblem({ fileName: 'Shop.ipa', bytes: archive }, binaryRules.ios)).toBeUndefined()
    expect(mobileFileProblem({ fileName: 'My shop.APK', bytes: archive }, binaryRules.android)).toBeUndefined()
    expect(mobileFileProblem({ fileName: 'shop.aab', bytes: archive }, binaryRules.android)).toBeUndefined()
    expect(mobileFileProblem({ fileName: 'shop.png', bytes: png }, iconRule)).toBeUndefined()
  })

  it('takes no file of another kind, whatever it is called', () => {
    const problemOf = (fileName: string, bytes: Uint8Array) => mobileFileProblem({ fileName, bytes }, iconRule)
    expect(problemOf('shop.svg', Buffer.from('<svg/>'))).toBe('An icon is a file .png, .jpg, .jpeg, .gif.')
    expect(problemOf('shop.png', Buffer.from('<svg/>'))).toBe('“shop.png” is called .png, but what is in it is none.')
    expect(problemOf('shop.gif', png)).toBe('“shop.gif” is called .gif, but what is in it is none.')
    expect(mobileFileProblem({ fileName: 'shop.apk', bytes: archive }, binaryRules.ios)).toBe(
      'An app for iOS is a file .ipa.',
    )
    expect(mobileFileProblem({ fileName: 'shop.apk', bytes: new Uint8Array() }, binaryRules.android)).toMatch(/is none/)
  })

  it('says how large one may be, and what to do with a larger one', () => {
    const large = Buffer.concat([archive, Buffer.alloc(10 * 1024 * 1024)])
    expect(mobileFileProblem({ fileName: 'shop.apk', bytes: large }, binaryRules.android)).toBe(
      'An app for Android has at most 10 MB. A larger one is told by its App Binary URL.',
    )
    const icon = Buffer.concat([png, Buffer.alloc(150 * 1024)])
    expect(mobileFileProblem({ fileName: 'shop.png', bytes: icon }, iconRule)).toMatch(/^An icon has at most 100 KB\. /)
  })

  it('takes names for names: no folder, no line end, no empty one', () => {
    const problemOf = (fileName: string) => mobileFileProblem({ fileName, bytes: png }, iconRule)
    expect(problemOf('../shop.png')).toBe('Give the name of the file without its folder.')
    expect(problemOf('C:\\shop.png')).toBe('Give the name of the file without its folder.')
    expect(problemOf('shop\r\n.png')).toBe('Use one line of text, without control characters.')
    expect(problemOf(' ')).toBe('Give the name of the file, too.')
  })
})
