import type { Tab } from '../platform/shapes.ts'

/** The pages of the account area, in the order of their tabs. */
const TABS = [
  { text: 'Overview', href: '/account' },
  { text: 'My library', href: '/account/library' },
  { text: 'Purchases', href: '/account/purchases' },
  { text: 'Profile', href: '/account/profile' },
  { text: 'Security', href: '/account/security' },
]

/** The tabs as the page at this address shows them. */
export function accountTabs(current: string): Tab[] {
  return TABS.map((tab) => ({ ...tab, current: tab.href === current, count: null }))
}
