/**
 * The receipt of a purge in the list of jobs: which pages, how each was checked, and what became of each cache. The sentences are
 * the plugin's (Platen\Purge\Receipt); they are fetched when somebody wants to read them.
 */
;(function (wp) {
  'use strict'

  const { createElement: el, useState } = wp.element
  const { Spinner } = wp.components
  const { __, _n, sprintf } = wp.i18n
  const apiFetch = wp.apiFetch

  /** Pages that are shown; a purge of everything has hundreds. */
  const mostPages = 20

  function Pages({ pages }) {
    const more = pages.length - mostPages
    return el(
      'ul',
      null,
      pages
        .slice(0, mostPages)
        .map(({ url, state, words }) => el('li', { key: url, 'data-platen-page': state }, el('a', { href: url }, url), el('br'), words)),
      more > 0
        ? el(
            'li',
            null,
            sprintf(/* translators: %d: number of pages */ _n('… and %d page more', '… and %d pages more', more, 'platen'), more),
          )
        : null,
    )
  }

  function Layers({ layers }) {
    const rows = layers.flatMap(({ layer, name, words }) => [
      el('dt', { key: layer }, name),
      el('dd', { key: layer + '-words', 'data-platen-layer': layer }, words),
    ])
    return el('dl', null, rows)
  }

  function Part({ title, items, children }) {
    return items.length === 0 ? null : el('div', null, el('h3', null, title), children)
  }

  function Body({ receipt, problem }) {
    if (problem) {
      return el('p', { role: 'alert' }, problem.message)
    }
    if (!receipt) {
      return el(Spinner)
    }
    const { hint, detail, changes, pages, layers, signed } = receipt
    return el(
      'div',
      null,
      hint === '' ? null : el('p', null, hint),
      detail === '' ? null : el('p', null, el('code', null, detail)),
      el(
        Part,
        { title: __('What had changed', 'platen'), items: changes },
        el(
          'ul',
          null,
          changes.map((what, index) => el('li', { key: index }, what)),
        ),
      ),
      el(Part, { title: __('Pages', 'platen'), items: pages }, el(Pages, { pages })),
      el(Part, { title: __('Caches', 'platen'), items: layers }, el(Layers, { layers })),
      signed ? el('p', { 'data-platen-signed': '' }, signed) : null,
    )
  }

  function Receipt({ id }) {
    const [receipt, setReceipt] = useState(null)
    const [problem, setProblem] = useState(null)
    const read = async event => {
      if (!event.target.open || receipt) return
      setProblem(null)
      try {
        setReceipt(await apiFetch({ path: '/platen/v1/purge/' + id }))
      } catch (error) {
        setProblem(error)
      }
    }
    return el(
      'details',
      { className: 'platen-receipt', onToggle: read },
      el('summary', null, __('Receipt', 'platen')),
      el(Body, { receipt, problem }),
    )
  }

  window.platen = { ...window.platen, Receipt }
})(window.wp)
