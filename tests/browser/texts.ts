/** Enough to scroll. */
export const PARAGRAPHS = Array.from({ length: 8 }, (_, n) => `Paragraph ${n + 1}. A page that is worth an hour has room for a second thought, and a margin where it can be written down. Nobody reads every line, and nobody should have to: the headings say what comes, the first sentence keeps the promise, and whoever has seen enough moves on without a bad conscience.`).join('\n\n')

export const SESSION = ['```console title="Terminal"', '$ curl -s http://127.0.0.1:8081/', 'hello', '$ echo done', 'done', '```'].join('\n')
