import { applyTheme, setUpThemeSwitch } from './site/theme.js'
import './site/code.js'
import { setUpContents } from './site/contents.js'
import { setUpDrawers } from './site/drawers.js'
import { setUpForms } from './site/form.js'
import { setUpMenus } from './site/menu.js'
import { setUpPoll } from './site/poll.js'
import { setUpToggles } from './site/toggle.js'

// First of all, and before the document is complete: the script is async so that a returning reader has it before the first paint.
applyTheme()

function setUp() {
  setUpThemeSwitch()
  setUpDrawers()
  setUpContents()
  setUpMenus()
  setUpToggles()
  setUpForms()
  setUpPoll()
}

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', setUp, { once: true })
else setUp()
