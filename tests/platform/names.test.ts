import { describe, expect, it } from 'vitest'
import { initials } from '../../src/platform/names.ts'

describe('initials', () => {
  it('are letters or digits of the first word and the last', () => {
    expect(['Ada Lovelace', 'ada', 'Élodie de la Tour', '<b>Zoë</b> 😀 & "Co"', '(Team) 9', '😀', ''].map(initials)).toEqual(['AL', 'A', 'ÉT', 'BC', 'T9', '', ''])
  })
})
