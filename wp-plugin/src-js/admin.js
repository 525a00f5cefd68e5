/**
 * Platen's page in WP admin. Plain JavaScript on WordPress's own packages: what you read is what runs.
 *
 * Everything that the agent says is shown as text; nothing of it becomes markup.
 */
;(function (wp) {
  'use strict'

  const { createElement: el, createRoot, render, useCallback, useEffect, useState } = wp.element
  const { Button, Card, CardBody, CardHeader, Notice, Spinner } = wp.components
  const { __, _n, sprintf } = wp.i18n
  const apiFetch = wp.apiFetch

  const busyPollMs = 1500
  const idlePollMs = 10000
  const ENDED = ['succeeded', 'failed', 'cancelled']

  const STATES = {
    queued: __('Waiting', 'platen'),
    running: __('Running', 'platen'),
    succeeded: __('Done', 'platen'),
    failed: __('Failed', 'platen'),
    cancelled: __('Stopped', 'platen'),
  }

  /** What takes a kind's work back, where it can be. */
  const UNDO = {
    'images.optimize': { label: __('Restore originals', 'platen'), input: { attachments: 'all', mode: 'restore' } },
    'assets.bundle': { label: __('Turn off', 'platen'), input: { urls: [], mode: 'off' } },
  }

  /** The agent's link to the platform, in words. */
  function linkWords(link) {
    switch (link.state) {
      case 'open':
        return __('Connected to your host’s platform.', 'platen')
      case 'none':
        return __('Works on its own: it is not enrolled with a platform.', 'platen')
      case 'refused':
        return __('Your host’s platform refused the agent. Ask your host to enrol it again.', 'platen')
      default:
        return __('The platform is away at the moment. Jobs that you start here run all the same.', 'platen')
    }
  }

  function AgentState({ status, error }) {
    if (error) {
      return el(
        Notice,
        { status: 'warning', isDismissible: false, className: 'platen-agent' },
        el('strong', null, error.message),
        error.data && error.data.hint ? el('p', null, error.data.hint) : null,
      )
    }
    return el(
      'p',
      { className: 'platen-agent', 'data-platen-link': status.link.state },
      el('span', { className: 'platen-dot platen-dot-' + status.link.state, 'aria-hidden': true }),
      sprintf(
        /* translators: %s: version of the agent */
        __('The agent is running (version %s).', 'platen'),
        status.version,
      ) +
        ' ' +
        linkWords(status.link),
    )
  }

  function Kind({ kind, busy, start }) {
    const undo = UNDO[kind.name]
    return el(
      Card,
      { className: 'platen-kind' },
      el(CardHeader, null, el('h2', null, kind.title)),
      el(
        CardBody,
        null,
        el('p', null, kind.description),
        el(
          'div',
          { className: 'platen-actions' },
          el(
            Button,
            {
              variant: 'primary',
              isBusy: busy,
              disabled: busy,
              'data-platen-kind': kind.name,
              onClick: () => start(kind.name, kind.usualInput),
            },
            kind.action,
          ),
          undo
            ? el(
                Button,
                { variant: 'tertiary', disabled: busy, 'data-platen-undo': kind.name, onClick: () => start(kind.name, undo.input) },
                undo.label,
              )
            : null,
        ),
      ),
    )
  }

  function Progress({ progress }) {
    const known = progress && progress.total > 0
    return el(
      'div',
      { className: 'platen-progress' },
      el('progress', known ? { max: progress.total, value: progress.done } : {}),
      el('span', null, progress ? progress.note : ''),
    )
  }

  /** What a job cost and saved, for those who want to know. */
  function billWords(bill) {
    const words = [
      /* translators: %s: seconds */
      sprintf(__('%s s of CPU', 'platen'), (bill.cpuMs / 1000).toFixed(1)),
      /* translators: %s: megabytes */
      sprintf(__('%s MB of memory', 'platen'), Math.round(bill.peakRssBytes / 1e6)),
      /* translators: %s: megabytes */
      sprintf(__('%s MB written', 'platen'), (bill.writtenBytes / 1e6).toFixed(1)),
    ]
    if (bill.savedBytes > 0) {
      /* translators: %s: megabytes */
      words.push(sprintf(__('%s MB saved', 'platen'), (bill.savedBytes / 1e6).toFixed(1)))
    }
    return words.join(' · ')
  }

  function outcomeWords(job) {
    if (job.error) {
      return job.error.message
    }
    return job.summary || ''
  }

  function Job({ job, title, stop }) {
    const ended = ENDED.includes(job.state)
    return el(
      'tr',
      { 'data-platen-job': job.id, 'data-platen-kind-of': job.kind, 'data-platen-state': job.state },
      el('td', null, title),
      el('td', null, el('span', { className: 'platen-state platen-state-' + job.state }, STATES[job.state] || job.state)),
      el(
        'td',
        null,
        ended ? outcomeWords(job) : el(Progress, { progress: job.progress }),
        ended && job.kind === 'cache.purge' ? el(window.platen.Receipt, { id: job.id }) : null,
        job.bill ? el('div', { className: 'platen-bill' }, billWords(job.bill)) : null,
      ),
      el('td', null, new Date(job.createdAt).toLocaleString()),
      el('td', null, ended ? null : el(Button, { variant: 'secondary', size: 'small', onClick: () => stop(job.id) }, __('Stop', 'platen'))),
    )
  }

  function Jobs({ jobs, titles, stop }) {
    if (jobs.length === 0) {
      return el('p', null, __('Nothing has run yet. Start with a button above.', 'platen'))
    }
    const heading = text => el('th', { scope: 'col', key: text }, text)
    return el(
      'table',
      { className: 'widefat striped platen-jobs' },
      el(
        'thead',
        null,
        el(
          'tr',
          null,
          heading(__('Job', 'platen')),
          heading(__('State', 'platen')),
          heading(__('What came of it', 'platen')),
          heading(__('Started', 'platen')),
          el('td', null),
        ),
      ),
      el(
        'tbody',
        null,
        jobs.map(job => el(Job, { key: job.id, job, stop, title: titles[job.kind] || job.kind })),
      ),
    )
  }

  /** Says aloud how many jobs run, for those who don't see the list. */
  function Announcer({ running }) {
    const text =
      running === 0
        ? __('No job is running.', 'platen')
        : sprintf(/* translators: %d: number of jobs */ _n('%d job is running.', '%d jobs are running.', running, 'platen'), running)
    return el('p', { className: 'screen-reader-text', 'aria-live': 'polite' }, text)
  }

  function App() {
    const [view, setView] = useState(null)
    const [problem, setProblem] = useState(null)

    const load = useCallback(async () => {
      try {
        const status = await apiFetch({ path: '/platen/v1/status' })
        const { items } = await apiFetch({ path: '/platen/v1/jobs' })
        setView({ status, jobs: items })
      } catch (error) {
        setView({ error })
      }
    }, [])

    const running = view && view.jobs ? view.jobs.filter(job => !ENDED.includes(job.state)) : []

    useEffect(() => {
      const timer = setTimeout(load, view === null ? 0 : running.length > 0 ? busyPollMs : idlePollMs)
      return () => clearTimeout(timer)
    }, [view, load])

    const act = async request => {
      setProblem(null)
      let done = true
      try {
        await apiFetch(request)
      } catch (error) {
        done = false
        setProblem(error)
      }
      await load()
      return done
    }
    const start = (kind, input) => act({ path: '/platen/v1/jobs', method: 'POST', data: { kind, input } })
    const stop = id => act({ path: '/platen/v1/jobs/' + id + '/cancel', method: 'POST' })

    if (view === null) {
      return el(Spinner)
    }
    if (view.error) {
      return el(AgentState, { error: view.error })
    }
    const kinds = view.status.kinds
    const titles = Object.fromEntries(kinds.map(kind => [kind.name, kind.title]))
    return el(
      'div',
      { className: 'platen-page' },
      el(AgentState, { status: view.status }),
      problem
        ? el(
            Notice,
            { status: 'error', onRemove: () => setProblem(null) },
            problem.message,
            problem.data && problem.data.hint ? ' ' + problem.data.hint : '',
          )
        : null,
      el(
        'div',
        { className: 'platen-kinds' },
        kinds.map(kind => el(Kind, { key: kind.name, kind, start, busy: running.some(job => job.kind === kind.name) })),
      ),
      el(window.platen.OwnersSay, {
        kinds,
        owner: view.status.owner,
        save: data => act({ path: '/platen/v1/owner', method: 'PUT', data }),
      }),
      el('h2', null, __('Jobs', 'platen')),
      el(Announcer, { running: running.length }),
      el(Jobs, { jobs: view.jobs, titles, stop }),
    )
  }

  const target = document.getElementById('platen-app')
  // WordPress 6.1 has React 17, which knows no createRoot.
  if (createRoot) {
    createRoot(target).render(el(App))
  } else {
    render(el(App), target)
  }
})(window.wp)
