import { describe, expect, it } from 'vitest'
import { chosenPassword } from '../../src/accounts/fields.ts'
import { isOutdated, weakness } from '../../src/accounts/password.ts'

const accepted = (password: string) => chosenPassword.safeParse(password).success && weakness(password, 'ada.lovelace@example.org') === null

describe('a password', () => {
  it.each([
    'four unlikely words together', 'monkey tree house 7', 'dragonfly-over-water', 'kT9#vLq2!x', 'correct donkey accumulator', 'zwölf Boxkämpfer', '日本語のパスワードです', '🦉🌲🚲🧀🎻🪁🧭🛶🍄🌋',
    'passwords are hard', 'mississippi', 'grandmother', '83749201657', 'q7wertyu-plan',
  ])('may be %s', (password) => expect(accepted(password)).toBe(true))

  it.each([
    'password123', 'Password1234', 'P@ssw0rd123!', 'passwordpassword', 'password password', '1234567890', '0987654321', '12345678901234', 'qwertyuiop', 'qwertyuiop123', 'poiuytrewq', 'asdfghjkl;', '1q2w3e4r5t',
    '1qaz2wsx3edc', 'iloveyou123', 'ILoveYou!!', 'welcome2024', 'letmein12345', 'changeme1234', 'administrator', 'sunshine2025', 'football99', 'trustno1234', 'abcdefghij', 'aaaaaaaaaa', 'abababababab', '123123123123',
    '1111111111', '2222222222a', 'correcthorsebatterystaple', 'helloworld', 'lectern2026', 'summer-2026!', '  password1 ', 'azertyuiop', 'qwertzuiop', 'q1w2e3r4t5',
    'ada.lovelace@example.org', 'ada.lovelace', 'Ada.Lovelace1815',
  ])('may not be %s', (password) => expect(accepted(password)).toBe(false))

  it('has 10 to 200 characters, counted as people count', () => {
    expect(accepted('xkcdvbhqz')).toBe(false)
    expect(accepted('xkcdvbhqzp')).toBe(true)
    expect(accepted('🦉🌲🚲🧀🎻')).toBe(false)
    expect(accepted(`${'four unlikely words together '.repeat(6)}and then some`)).toBe(true)
    expect(accepted('xyz '.repeat(60))).toBe(false)
  })
})

describe('a hash', () => {
  const wanted = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
  it('is outdated when we have since begun to ask more', () => {
    expect(isOutdated('$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', wanted)).toBe(false)
    expect(isOutdated('$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA', wanted)).toBe(false)
    expect(isOutdated('$argon2id$v=19$m=4096,t=3,p=1$c2FsdA$aGFzaA', wanted)).toBe(true)
    expect(isOutdated('$argon2id$v=19$m=19456,t=1,p=1$c2FsdA$aGFzaA', wanted)).toBe(true)
    expect(isOutdated('$argon2i$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', wanted)).toBe(true)
  })
})
