import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLink } from '../../src/accounts/send-link.ts'
import { findSale } from '../../src/billing/queries.ts'
import { startCheckout } from '../../src/billing/start-checkout.ts'
import { deleteDocument } from '../../src/content/delete-document.ts'
import { completeDocument } from '../../src/learning/complete-document.ts'
import { uploadAsset } from '../../src/media/upload-asset.ts'
import { root } from '../../src/platform/paths.ts'
import { found } from '../../src/platform/errors.ts'
import { transparentPng } from '../media/pictures.ts'
import { sell, writeCourse, writePage, writeTutorial } from '../support/content.ts'
import { createPerson, lin, sam, type Person } from '../support/people.ts'
import type { Site } from '../support/site.ts'
import { SESSION } from './texts.ts'

export interface PageKind {
  /** What it shows: the name of its test. */
  name: string
  path: string
  as: Person | null
  /** Sent to `path` as a form would send it; the page is the answer. */
  post?: Record<string, string>
}

const LONG = 'A title that goes on for longer than anybody would wish, because titles do, and with Donaudampfschifffahrtsgesellschaftskapitänsmütze in it'

/** Everything that a text can hold. */
const richText = (pictureId: string) => `
An opening with **strong**, *slanted* and \`code\` words, a [link](https://example.org/), <kbd>Ctrl</kbd> and a note.[^1]

## Blocks

:::note A title
A remark with a [link](#code).
:::

:::warning
What may go wrong.
:::

:::exercise
Do it yourself.

:::solution
Done.
:::
:::

> Quoted words.

![What the picture shows](/media/${pictureId} "A caption | Photo: Lin")

## Code

\`\`\`js {2} title="a-file-with-a-rather-long-name.js" lines
export function add(a, b) {
  return a + b // a comment that is long enough to leave the width of every phone that was ever sold to anybody
}
\`\`\`

${SESSION}

\`\`\`diff
- old
+ new
\`\`\`

### A smaller heading

| Operator | What it does in many words | Example |
| :------- | -------------------------: | ------: |
| \`!\`    | turns everything around, whatever it was before | \`!done\` |
| \`supercalifragilisticexpialidocious\` | nothing | \`x\` |

1. one
2. two
   - nested
- [x] written
- [ ] checked

#### ${LONG}

A very long address: https://example.org/${'deeper/'.repeat(20)}

[^1]: The note, with \`code\`.
`

export interface Pages {
  reading: PageKind[]
  accounts: PageKind[]
  admin: PageKind[]
}

/** Fills an empty site and names a page of every kind: with content, without any, and with something wrong. */
export async function everyPage(site: Site): Promise<Pages> {
  const { services } = site
  const { db } = services
  const learner = await lin(db)
  const owner = await sam(db)
  const nobody = await createPerson(db, { email: 'new@example.org', name: 'Nina Neu' })
  const unconfirmed = await createPerson(db, { email: 'soon@example.org', name: 'Soon', verified: false })

  const picture = await uploadAsset(services, { body: await transparentPng(), name: 'delta.png', alt: 'What the picture shows', uploadedById: owner.id })
  await site.work()
  const author = await db.author.create({ data: { slug: 'ada', name: 'Ada Author', headline: 'Writes about servers', bio: 'Words about Ada.', bioHtml: '<p>Words about Ada.</p>', accountId: owner.id } })
  const filed = { topics: ['servers'], authors: ['ada'] }
  const source = richText(picture.id)
  const tutorial = await writeTutorial(services, { slug: 'rich', title: LONG, summary: 'Everything a text can hold.', level: 'advanced', source, ...filed })
  await writeTutorial(services, { slug: 'plain', title: 'Plain', ...filed })
  await writeTutorial(services, { slug: 'for-members', title: 'For members', source: '## A teaser\n\nAnd more.', access: 'members', ...filed })
  const draft = await writeTutorial(services, { slug: 'a-draft', title: 'A draft', publish: false })
  const gone = await writeTutorial(services, { slug: 'gone', title: 'Gone' })
  await deleteDocument(services, gone.id)
  await writePage(services, { slug: 'about', title: 'About', source })
  const lessons = (prefix: string, text: string) => [
    { title: 'Begin', lessons: [{ slug: `${prefix}-one`, title: 'The first', preview: true, source: text }, { slug: `${prefix}-two`, title: LONG, summary: 'What is in it.', source: text }] },
    { title: LONG, lessons: [{ slug: `${prefix}-three`, title: 'The third' }] },
  ]
  const course = await writeCourse(services, { slug: 'paid', title: 'A paid course', summary: 'What it is about.', source, access: 'paid', level: 'basics', sections: lessons('paid', source), ...filed })
  const free = await writeCourse(services, { slug: 'free', title: 'A free course', source: '', sections: lessons('free', 'A short text.') })
  await db.course.update({ where: { documentId: course.id }, data: { outcomes: ['Do this', 'Do that'], audience: ['Who can read'] } })
  await db.document.updateMany({ where: { id: { in: [tutorial.id, course.id] } }, data: { coverId: picture.id, coverAlt: 'A river' } })
  const price = await sell(services, course.id)
  await sell(services, null, { amount: 900n, interval: 'month' })

  await completeDocument(services, free.lessons[0]?.id ?? '', asViewer(learner), true)
  const order = await buy(site, price, learner)
  const link = (purpose: 'verify_email' | 'reset_password', person: Person) => db.$transaction((tx) => createLink(tx, services, { accountId: person.id, purpose, email: person.email, browser: null }))
  const [confirm, reset] = [await link('verify_email', unconfirmed), await link('reset_password', nobody)]

  await site.services.jobs.drain(services, [])
  const topic = await db.topic.findFirstOrThrow()
  const event = await db.providerEvent.findFirstOrThrow()
  const mail = await db.mail.findFirstOrThrow()
  const guest = (name: string, path: string, post?: PageKind['post']): PageKind => ({ name, path, as: null, ...(post ? { post } : {}) })
  const by = (as: Person) => (name: string, path: string, post?: PageKind['post']): PageKind => ({ name, path, as, ...(post ? { post } : {}) })
  const [learning, newcomer, staff] = [by(learner), by(nobody), by(owner)]
  const editor = `/admin/tutorials/${tutorial.id}`

  return {
    reading: [
      guest('home', '/'), guest('the list of tutorials', '/tutorials/'), guest('a list without anything in it', '/tutorials/?topic=servers&level=basics'), guest('a tutorial', tutorial.path), guest('a short tutorial', '/tutorials/plain'), guest('a tutorial for members', '/tutorials/for-members'),
      guest('the list of courses', '/courses/'), guest('a course to buy', course.path), guest('a free course', free.path), guest('a lesson to try', course.lessons[0]?.path ?? ''), guest('a locked lesson', course.lessons[1]?.path ?? ''), guest('a free lesson', free.lessons[1]?.path ?? ''),
      guest('a topic', '/topics/servers'), guest('an author', '/authors/ada'), guest('a plain page', '/about'), guest('pricing', '/pricing'),
      guest('the search', '/search'), guest('results', '/search?q=remark'), guest('no results', '/search?q=zzyzx'),
      guest('nothing here', '/nothing/here'), guest('a page that is gone', gone.path),
    ],
    accounts: [
      guest('sign-in', '/sign-in?next=/account'), guest('sign-in, refused', '/sign-in', { email: 'x@example.org', password: 'wrong' }), guest('sign-up', '/sign-up'), guest('sign-up with errors', '/sign-up', { name: '', email: 'x', password: 'short' }), guest('sign-up, look into your mail', '/sign-up/check-mail'),
      guest('a forgotten password', '/reset-password'), guest('a forgotten password with errors', '/reset-password', { email: '' }), guest('a forgotten password, look into your mail', '/reset-password/check-mail'), guest('a new password is set', '/reset-password/done'), guest('sign-out', '/sign-out'),
      guest('a link to confirm', confirm ?? ''), guest('a link to a new password', reset ?? ''), guest('a new password with errors', reset ?? '', { password: 'short' }), guest('a link that has ended', `/links/${'0'.repeat(40)}`),
      guest('the outbox', '/dev/mail'), guest('a mail in the outbox', `/dev/mail/${mail.id}`),
      learning('home, signed in', '/'), learning('a course one owns', course.path), learning('a lesson one owns', course.lessons[1]?.path ?? ''), learning('a course one is in', free.path), learning('a finished lesson', free.lessons[0]?.path ?? ''),
      learning('the account', '/account'), learning('the library', '/account/library'), learning('purchases', '/account/purchases'), learning('a purchase, done', `/thank-you/${order}`), learning('profile', '/account/profile'), learning('profile with errors', '/account/profile', { name: '' }), learning('security', '/account/security'), learning('security with errors', '/account/password', { current: 'wrong', password: 'short' }),
      newcomer('an account without anything', '/account'), newcomer('a library without anything', '/account/library'), newcomer('no purchases', '/account/purchases'), newcomer('the order', `/checkout?price=${price}`), newcomer('a page one may not see', '/admin'),
    ],
    admin: [
      staff('start', '/admin'),
      ...['tutorials', 'courses', 'lessons', 'pages', 'pictures', 'topics', 'authors', 'accounts', 'orders', 'events', 'mails'].map((screen) => staff(`the list of ${screen}`, `/admin/${screen}`)),
      staff('a list without a match', '/admin/tutorials?q=zzyzx'),
      staff('a selection to confirm', '/admin/tutorials/selection', { action: 'unpublish', id: tutorial.id }),
      staff('a new tutorial', '/admin/tutorials/new'), staff('a new tutorial with errors', '/admin/tutorials', { title: '' }),
      staff('the editor', editor), staff('the editor with errors', editor, { title: '', slug: 'Not one', basedOn: '1', source: 'x' }), staff('the editor with a conflict', editor, { title: 'T', slug: 'rich', summary: '', basedOn: '0', source: 'x' }),
      staff('the editor of a draft', `/admin/tutorials/${draft.id}`), staff('the editor of a course', `/admin/courses/${course.id}`), staff('the editor of a lesson', `/admin/lessons/${course.lessons[0]?.id ?? ''}`),
      staff('a saved draft as a page', `${editor}/preview`), staff('a preview', '/admin/preview', { source, title: 'T', summary: '' }), staff('revisions', `${editor}/revisions`), staff('a revision', `${editor}/revisions/1`), staff('an outline', `/admin/courses/${course.id}/outline`),
      staff('a picture', `/admin/pictures/${picture.id}`), staff('a new topic', '/admin/topics/new'), staff('a topic', `/admin/topics/${topic.id}`), staff('a topic with errors', `/admin/topics/${topic.id}`, { name: '', slug: 'Not One' }), staff('an author', `/admin/authors/${author.id}`),
      staff('an account', `/admin/accounts/${learner.id}`), staff('an order', `/admin/orders/${order}`), staff('an event', `/admin/events/${event.eventId}`), staff('a mail', `/admin/mails/${mail.id}`),
    ],
  }
}

const asViewer = (person: Person) => ({ id: person.id, name: person.name, email: person.email, role: person.role, verified: true, sessionId: '' })

/** Buys as a person does, without the pages; answers the order's id. */
async function buy(site: Site, priceId: string, person: Person): Promise<string> {
  const { services, sandbox } = site
  const { orderId } = await startCheckout(services, found(await findSale(services.sql, priceId, person.id), 'price'), asViewer(person))
  const { providerTransactionId } = await services.db.order.findUniqueOrThrow({ where: { id: orderId } })
  sandbox.pay(providerTransactionId ?? '', { email: person.email, country: 'DE' })
  await sandbox.settled()
  await site.work()
  return orderId
}

/** A tutorial as readers get it, from the sample content, without its pictures. */
export async function sampleText(): Promise<string> {
  const text = await readFile(join(root, 'content', 'sample', 'tutorials', 'forms-that-survive-mistakes.md'), 'utf8')
  return text.replace(/^---\n[\s\S]*?\n---\n/, '').replace(/^!\[.*$/gm, '')
}
