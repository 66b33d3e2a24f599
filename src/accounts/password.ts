/**
 * Passwords that are guessed first. No list of a thousand: people build them in few ways (a common word with digits
 * around it, letters swapped for look-alikes, a run along the keyboard, a repetition), so those ways are recognised.
 */
const COMMON_WORDS = new Set(
  `password passwort passw motdepasse contrasena contraseña senha parola haslo wachtwoord lozinka heslo
   welcome letmein changeme secret default admin administrator root user guest login signin master superuser test testing
   iloveyou loveyou ilove iloveu lovely forever princess sunshine football baseball basketball soccer hockey superman batman
   spiderman starwars pokemon minecraft fortnite dragon monkey shadow michael jennifer jessica ashley michelle daniel
   charlie thomas jordan hunter ranger killer freedom whatever trustno nothing chocolate cheese cookie banana orange
   butterfly flower summer winter spring autumn january february march april june july august september october
   november december monday tuesday wednesday thursday friday saturday sunday london berlin paris liverpool arsenal chelsea
   manchester barcelona realmadrid juventus ferrari mercedes porsche mustang corvette yamaha harley computer internet
   google facebook instagram linkedin samsung microsoft windows apple android iphone python javascript typescript
   lectern learning learn student teacher school college university course tutorial qwerty qwertz azerty abc abcd abcde
   abcdef abcdefg abcdefgh abcdefghi abcdefghij hello helloworld money family blessed jesus jesuschrist godisgood angel angels
   babygirl babyboy friends friend bestfriend myspace blink purple yellow green silver golden diamond crystal liberty
   america australia england germany france espana brasil mexico canada scotland ireland matrix merlin phoenix tigger
   buster snoopy ginger pepper maggie bailey access database server system network security private personal company
   office business correcthorsebatterystaple`
    .split(/\s+/)
    .filter((word) => word !== ''),
)

const KEYBOARDS = [
  'qwertyuiopasdfghjklzxcvbnm', 'qwertzuiopasdfghjklyxcvbnm', 'azertyuiopqsdfghjklmwxcvbn',
  'qwertyuiop[]asdfghjkl', "1234567890-=qwertyuiop[]asdfghjkl;'zxcvbnm,./",
  '01234567890123456789', 'abcdefghijklmnopqrstuvwxyz', '1q2w3e4r5t6y7u8i9o0p', 'q1w2e3r4t5y6u7i8o9p0', 'a1b2c3d4e5f6g7h8i9j0',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p', 'qazwsxedcrfvtgbyhnujmikolp', 'zaq12wsxcde34rfv', '1a2b3c4d5e6f7g8h9i0j', 'asdfghjklasdfghjkl', '147258369', '159753', '123123123123',
]

const LOOK_ALIKES: Record<string, string> = { '@': 'a', '4': 'a', '3': 'e', '1': 'i', '!': 'i', '0': 'o', $: 's', '5': 's', '7': 't' }

/**
 * Why this password should not be chosen, or null. `email` is the person's own. There are no rules about digits,
 * capitals or signs: they make passwords harder to remember and no harder to guess.
 */
export function weakness(password: string, email: string): string | null {
  const plain = password.toLowerCase()
  if (isOwnAddress(plain, email.toLowerCase())) return 'Choose something other than your e-mail address.'
  return isCommon(plain) ? 'This is one of the first passwords that are tried. Choose another, for example four words that have nothing to do with each other.' : null
}

function isOwnAddress(plain: string, email: string): boolean {
  const local = email.slice(0, email.lastIndexOf('@'))
  return plain === email || bare(plain) === local || plain === local
}

function isCommon(plain: string): boolean {
  if (new Set(plain).size <= 3 || isRepetition(plain)) return true
  if (KEYBOARDS.some((run) => runsAlong(plain, run))) return true
  return [plain, unswapped(plain)].some((text) => isBuiltFromCommon(bare(text)) || isBuiltFromCommon(text)) || isBuiltFromCommon(unswapped(bare(plain)))
}

/** Without the digits and signs people put around a word. */
const bare = (text: string): string => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')

const unswapped = (text: string): string => [...text].map((char) => LOOK_ALIKES[char] ?? char).join('')

/** One common word, two of them together, or one followed by a run. */
function isBuiltFromCommon(text: string): boolean {
  const word = text.replace(/[\s._-]+/g, '')
  if (COMMON_WORDS.has(word)) return true
  for (let cut = 3; cut <= word.length - 3; cut++) {
    if (COMMON_WORDS.has(word.slice(0, cut)) && COMMON_WORDS.has(word.slice(cut))) return true
  }
  return false
}

/** "abcabcabcabc" is "abc". */
function isRepetition(text: string): boolean {
  for (let length = 1; length <= Math.min(4, text.length / 2); length++) {
    if (text === text.slice(0, length).repeat(Math.ceil(text.length / length)).slice(0, text.length)) return true
  }
  return false
}

/** Is it, apart from up to three characters at its end, a piece of this run, forwards, backwards or started again? */
function runsAlong(text: string, run: string): boolean {
  const around = run + run
  const back = [...around].reverse().join('')
  return [text, text.slice(0, -1), text.slice(0, -2), text.slice(0, -3)].some((part) => part.length >= 7 && (around.includes(part) || back.includes(part)))
}

/** Have we since begun to ask more of a hash than this one was made with? */
export function isOutdated(hash: string, wanted: { memoryCost: number; timeCost: number; parallelism: number }): boolean {
  const found = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$/.exec(hash)
  if (found === null) return true
  return Number(found[1]) < wanted.memoryCost || Number(found[2]) < wanted.timeCost || Number(found[3]) < wanted.parallelism
}
