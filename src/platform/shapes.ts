/** Pieces of page models that components print; `views/README.md` shows each. Values are ready: words, addresses, or null. */
export interface Link { text: string; href: string }
export interface Moment { text: string; iso: string }
export interface Image { src: string; srcset: string | null; sizes: string | null; width: number; height: number; alt: string }
export interface Level { level: 'basics' | 'intermediate' | 'advanced'; label: string }
export interface MetaLine { authors: { text: string; href: string | null }[]; published: Moment | null; updated: Moment | null; minutes: string | null }
export interface Progress { done: number; total: number; text: string; label: string }
export interface TutorialCard { title: string; href: string; summary: string | null; topic: Link | null; level: Level | null; image: Image | null; meta: MetaLine; state: string | null }
export interface CourseCard { title: string; href: string; summary: string | null; level: Level | null; image: Image | null; teachers: string | null; facts: string[]; price: string | null; progress: Progress | null }
export interface Contents { text: string; href: string; level: 2 | 3 }
export interface OutlineLesson { number: string | null; title: string; href: string | null; minutes: string | null; kind: 'text' | 'video' | 'quiz'; state: 'open' | 'done' | 'current' | 'locked'; completed: boolean; preview: boolean; contents: Contents[] }
export interface OutlineSection { title: string | null; facts: string | null; lessons: OutlineLesson[] }
export interface Outline { sections: OutlineSection[] }
export interface FilterGroup { label: string; options: { text: string; href: string; current: boolean; count: string | null }[] }
export interface Pagination { label: string; previous: string | null; next: string | null; items: ({ kind: 'page'; number: string; href: string; current: boolean } | { kind: 'gap' })[] }
export interface Action { label: string; href: string; method: 'get' | 'post'; fields: { name: string; value: string }[] }
export interface Toggle { href: string; on: boolean }
export interface PriceBox { title: string; price: string | null; per: string | null; was: string | null; note: string | null; points: string[]; primary: Action | null; secondary: Action | null; featured: boolean }
export interface AuthorBox { name: string; href: string | null; initials: string; image: Image | null; role: string | null; bio: string | null }
export interface Tab { text: string; href: string; current: boolean; count: string | null }
export interface Step { text: string; href: string; hint: string | null }
export interface Field { value: string; error: string | null }
export interface ErrorItem { text: string; href: string | null }
export interface Notice { kind: 'good' | 'warn' | 'bad' | 'info'; title: string | null; text: string; link: Link | null }
