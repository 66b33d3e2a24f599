/** Sixty ways to write an address that leaves the site, or tries to. */
export const elsewhere: readonly string[] = [
  'https://evil.example', 'http://evil.example', 'HTTPS://EVIL.EXAMPLE', '//evil.example', '///evil.example', '////evil.example/%2f..',
  '/\\evil.example', '\\\\evil.example', '\\/evil.example', '/\\/evil.example', '//\\evil.example', '/\\\\evil.example',
  '/.//evil.example', '/..//evil.example', '/x/..//evil.example', '/././/evil.example', '/%2e//evil.example', '/%2e%2e//evil.example', '/x/%2e%2e//evil.example', '/.//\\evil.example',
  '/\tevil.example', '/\t/evil.example', '/\n/evil.example', '/\r\n/evil.example', '\t//evil.example', ' //evil.example', '\u0000//evil.example', '/\u0000/evil.example', '\u00a0//evil.example', '\ufeff//evil.example',
  'javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'java\nscript:alert(1)', '\u0001javascript:alert(1)', 'javascript://evil.example/%0aalert(1)', 'data:text/html,<script>alert(1)</script>', 'vbscript:msgbox(1)', 'file:///etc/passwd', 'blob:https://evil.example/x', 'view-source:https://evil.example',
  'evil.example', 'evil.example/path', 'www.evil.example', '.evil.example', '@evil.example', ':@evil.example', 'lectern.test@evil.example', 'http:evil.example', 'http:/evil.example', 'https:\\\\evil.example',
  'http://lectern.test@evil.example', 'http://lectern.test.evil.example', 'http://evil.example#lectern.test', 'http://evil.example?lectern.test', '//evil.example@lectern.test/..', '//[::1]/', '//2130706433/', '/\u2028/evil.example\u2028', '?next=//evil.example', '#//evil.example',
  '', '/%0d%0aLocation:%20https://evil.example', '/\r\nSet-Cookie: session=x', '//evil%E3%80%82example', '/%09/evil.example', '/%5cevil.example', '/%2f%2fevil.example',
]
