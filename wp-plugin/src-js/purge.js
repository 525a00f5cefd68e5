/**
 * Purging from the admin bar, without leaving the page. Only for those who are signed in and may purge; without this script the
 * same links lead to a form.
 *
 * Everything that the site says is shown as text; nothing of it becomes markup.
 */
;(function (settings) {
  'use strict'

  const pollMs = 1000
  /** One request: WordPress asks the agent and waits five seconds at most, on a site that may be slow. */
  const requestMs = 30000
  /** Longer than any purge may take: after that, nobody looks any more. */
  const patienceMs = 600000
  const mostPages = 5

  let note = null
  let said = ''
  /** Counts purges of this page: news of an earlier one is not shown over a later one's. */
  let latest = 0

  /** An element with a text. */
  function make(tag, text) {
    const element = document.createElement(tag)
    element.textContent = text
    return element
  }

  function closeButton() {
    const button = make('button', '×')
    button.type = 'button'
    button.className = 'platen-purge-close'
    button.setAttribute('aria-label', settings.close)
    button.addEventListener('click', () => {
      note.remove()
      note = null
      const entry = document.querySelector('#wp-admin-bar-platen-purge > a')
      if (entry) entry.focus()
    })
    return button
  }

  /** The box that says how it stands; screen readers hear what changes in it. */
  function noteBody() {
    if (!note) {
      note = make('section', '')
      note.className = 'platen-purge-note'
      note.setAttribute('aria-label', settings.title)
      const body = make('div', '')
      body.setAttribute('role', 'status')
      note.append(body, closeButton())
      document.body.append(note)
    }
    return note.firstChild
  }

  function addressWords(url) {
    const { pathname, search } = new URL(url)
    return pathname + search
  }

  function pageItem({ url, words }) {
    const item = make('li', '')
    item.append(make('strong', addressWords(url)), words)
    return item
  }

  function show(state, { sentence, hint = '', pages = [] }) {
    const body = noteBody()
    note.dataset.platenState = state
    const parts = [sentence, hint].filter(words => words !== '').map(words => make('p', words))
    if (pages.length > 0) {
      const list = make('ul', '')
      list.append(...pages.slice(0, mostPages).map(pageItem))
      parts.push(list)
    }
    // What stays the same is not said again.
    const text = parts.map(part => part.textContent).join('\n')
    if (text !== said || body.childElementCount === 0) body.replaceChildren(...parts)
    said = text
  }

  async function request(url, options) {
    const signal = AbortSignal.timeout(requestMs)
    const response = await fetch(url, { credentials: 'same-origin', headers: { 'X-WP-Nonce': settings.nonce }, signal, ...options })
    const answer = await response.json()
    if (response.ok) return answer
    throw Object.assign(new Error(answer.message), { hint: (answer.data && answer.data.hint) || '' })
  }

  function pause() {
    return new Promise(resolve => setTimeout(resolve, pollMs))
  }

  /** Asks for a purge and tells how it goes until it has ended. */
  async function purge(body) {
    const number = ++latest
    show('queued', { sentence: settings.asking })
    try {
      const started = await request(settings.root, { method: 'POST', body })
      const until = Date.now() + patienceMs
      let receipt = started
      while (!receipt.ended && Date.now() < until && number === latest && note) {
        show(receipt.state, receipt)
        await pause()
        receipt = await request(started.follow)
      }
      if (number === latest && note) show(receipt.state, receipt)
    } catch (error) {
      // What fetch and JSON.parse say helps nobody; they have no hint.
      if (number === latest) show('failed', { sentence: error.hint === undefined ? settings.lost : error.message, hint: error.hint })
    }
  }

  function formWith(entries) {
    const form = new FormData()
    for (const [name, value] of entries) form.append(name, value)
    return form
  }

  const dialog = document.getElementById('platen-purge-dialog')

  document.addEventListener('click', event => {
    const link = event.target.closest('#wp-admin-bar-platen-purge-page > a, #wp-admin-bar-platen-purge-everything > a')
    // Whoever wants the form in a tab of its own gets it.
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      const url = new URL(link.href).searchParams
      if (url.get('what') === 'everything' && dialog) {
        event.preventDefault()
        dialog.showModal()
      } else if (url.get('what') !== 'everything') {
        event.preventDefault()
        purge(formWith([['url', url.get('url')]]))
      }
    }
    if (event.target.closest('[data-platen-dismiss]')) dialog.close()
  })

  document.addEventListener('submit', event => {
    if (!event.target.matches('[data-platen-purge]')) return
    event.preventDefault()
    const own = ['action', '_wpnonce']
    purge(formWith([...new FormData(event.target)].filter(([name]) => !own.includes(name))))
    if (dialog && dialog.open) dialog.close()
  })
})(window.platenPurge)
