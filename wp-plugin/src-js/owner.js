/**
 * The card in which the site's owner says when Platen may work. Times are those of the site, not of this browser.
 */
;(function (wp) {
  'use strict'

  const { createElement: el, useState } = wp.element
  const { Button, Card, CardBody, CardHeader, Notice } = wp.components
  const { __, sprintf } = wp.i18n

  const DAYS = [
    ['mon', __('Mon', 'platen')],
    ['tue', __('Tue', 'platen')],
    ['wed', __('Wed', 'platen')],
    ['thu', __('Thu', 'platen')],
    ['fri', __('Fri', 'platen')],
    ['sat', __('Sat', 'platen')],
    ['sun', __('Sun', 'platen')],
  ]
  const everyDay = DAYS.map(([day]) => day)
  const dayMs = 86400000
  const megabyte = 1e6

  /** What is asked for a kind: any time, never, or not before a time. */
  function rulesOf(wishes, kinds) {
    return Object.fromEntries(
      kinds.map(({ name }) => {
        const deferral = wishes.deferred.find(one => one.kind === name && one.until > Date.now())
        const veto = (wishes.vetoReasons || []).find(one => one.kind === name)
        if (wishes.vetoed.includes(name)) return [name, { when: 'never', reason: veto ? veto.reason : '' }]
        return [name, deferral ? { when: 'later', until: deferral.until, reason: deferral.reason } : { when: 'any' }]
      }),
    )
  }

  /** The form's state from the agent's answer. */
  function formOf({ wishes }, kinds) {
    return {
      quietHours: wishes.quietHours,
      cpuMinutes: wishes.cpuSecondsPerDay === undefined ? '' : String(wishes.cpuSecondsPerDay / 60),
      diskMb: wishes.diskBytesPerDay === undefined ? '' : String(wishes.diskBytesPerDay / megabyte),
      rules: rulesOf(wishes, kinds),
    }
  }

  /** The request of a form. A kind that this page doesn't show keeps its veto and its reason. */
  function requestOf(form, { wishes }, kinds) {
    const shown = kinds.map(({ name }) => name)
    const rules = Object.entries(form.rules)
    return {
      quietHours: form.quietHours,
      ...(form.cpuMinutes === '' ? {} : { cpuSecondsPerDay: Math.round(Number(form.cpuMinutes) * 60) }),
      ...(form.diskMb === '' ? {} : { diskBytesPerDay: Math.round(Number(form.diskMb) * megabyte) }),
      vetoed: [
        ...wishes.vetoed.filter(name => !shown.includes(name)),
        ...rules.filter(([, rule]) => rule.when === 'never').map(([name]) => name),
      ],
      vetoReasons: [
        ...(wishes.vetoReasons || []).filter(({ kind }) => !shown.includes(kind)),
        ...rules.filter(([, rule]) => rule.when === 'never' && rule.reason).map(([kind, { reason }]) => ({ kind, reason })),
      ],
      deferred: rules
        .filter(([, rule]) => rule.when === 'later')
        .map(([kind, { until, reason }]) => ({ kind, until, reason: reason || __('The owner asked for it later.', 'platen') })),
    }
  }

  /** Milliseconds as a date-time field shows them, and back; in the browser's time, which the field is in. */
  function fieldTime(at) {
    return new Date(at - new Date(at).getTimezoneOffset() * 60000).toISOString().slice(0, 16)
  }

  function Period({ period, number, change, remove }) {
    const toggle = day => {
      const days = everyDay.filter(one => (one === day) !== period.days.includes(one))
      if (days.length > 0) change({ ...period, days })
    }
    const time = (name, label) =>
      el(
        'label',
        { key: name },
        label + ' ',
        el('input', {
          type: 'time',
          required: true,
          value: period[name],
          onChange: event => change({ ...period, [name]: event.target.value }),
        }),
      )
    return el(
      'fieldset',
      { className: 'platen-period' },
      el(
        'legend',
        { className: 'screen-reader-text' },
        /* translators: %d: number of a period */
        sprintf(__('Quiet hours %d', 'platen'), number),
      ),
      DAYS.map(([day, label]) =>
        el(
          'label',
          { key: day },
          el('input', { type: 'checkbox', checked: period.days.includes(day), onChange: () => toggle(day) }),
          label,
        ),
      ),
      time('from', __('from', 'platen')),
      time('to', __('to', 'platen')),
      el(Button, { variant: 'tertiary', isDestructive: true, onClick: remove }, __('Remove', 'platen')),
    )
  }

  function KindRule({ kind, rule, change }) {
    const pick = when =>
      change({ when, ...(when === 'later' ? { until: Date.now() + dayMs } : {}), ...(when === 'any' ? {} : { reason: rule.reason || '' }) })
    const id = 'platen-rule-' + kind.name.replace('.', '-')
    return el(
      'div',
      { className: 'platen-rule' },
      el('label', { htmlFor: id }, kind.title),
      el(
        'select',
        { id, value: rule.when, 'data-platen-rule': kind.name, onChange: event => pick(event.target.value) },
        el('option', { value: 'any' }, __('whenever it is due', 'platen')),
        el('option', { value: 'later' }, __('not before …', 'platen')),
        el('option', { value: 'never' }, __('only when I start it', 'platen')),
      ),
      rule.when === 'later'
        ? el('input', {
            type: 'datetime-local',
            required: true,
            'aria-label': __('Not before', 'platen'),
            value: fieldTime(rule.until),
            onChange: event => event.target.value && change({ ...rule, until: new Date(event.target.value).getTime() }),
          })
        : null,
      rule.when !== 'any'
        ? el('input', {
            type: 'text',
            maxLength: 200,
            'data-platen-reason': kind.name,
            'aria-label': __('Why', 'platen'),
            placeholder: __('Why (your host sees it)', 'platen'),
            value: rule.reason,
            onChange: event => change({ ...rule, reason: event.target.value }),
          })
        : null,
    )
  }

  function Allowance({ label, unit, value, change }) {
    return el(
      'label',
      { className: 'platen-allowance' },
      label + ' ',
      el('input', {
        type: 'number',
        min: 0,
        step: 'any',
        value,
        placeholder: __('no limit', 'platen'),
        onChange: event => change(event.target.value),
      }),
      ' ' + unit,
    )
  }

  /** How things stand, in words. */
  function Today({ owner }) {
    const { usage, localTime, bounds, quietUntil } = owner
    const words = [
      /* translators: %s: time of day */
      sprintf(__('It is %s at your site.', 'platen'), localTime),
      quietUntil ? __('These are quiet hours: heavy jobs wait.', 'platen') : '',
      sprintf(
        /* translators: 1: seconds, 2: megabytes */
        __('Heavy jobs took %1$s s of CPU today and wrote %2$s MB.', 'platen'),
        usage.cpuSeconds,
        (usage.diskBytes / megabyte).toFixed(1),
      ),
      bounds.cpuSecondsPerDay === undefined
        ? ''
        : /* translators: %s: minutes */
          sprintf(__('Your host allows %s min of CPU a day.', 'platen'), Math.round(bounds.cpuSecondsPerDay / 60)),
      bounds.diskBytesPerDay === undefined
        ? ''
        : /* translators: %s: megabytes */
          sprintf(__('Your host allows %s MB a day.', 'platen'), Math.round(bounds.diskBytesPerDay / megabyte)),
      bounds.quietHours ? __('Your host has quiet hours of its own as well.', 'platen') : '',
    ]
    return el('p', { className: 'platen-today' }, words.filter(word => word !== '').join(' '))
  }

  function OwnersSay({ owner, kinds, save }) {
    const [draft, setDraft] = useState(null)
    const [saved, setSaved] = useState(false)
    const form = draft || formOf(owner, kinds)
    const edit = change => {
      setSaved(false)
      setDraft({ ...form, ...change })
    }
    const submit = async event => {
      event.preventDefault()
      if (await save(requestOf(form, owner, kinds))) {
        setDraft(null)
        setSaved(true)
      }
    }
    const hours = form.quietHours
    return el(
      Card,
      { className: 'platen-owner', 'data-platen-owner': true },
      el(CardHeader, null, el('h2', null, __('When may it work', 'platen'))),
      el(
        CardBody,
        null,
        el(Today, { owner }),
        saved ? el(Notice, { status: 'success', onRemove: () => setSaved(false) }, __('Saved.', 'platen')) : null,
        el(
          'form',
          { onSubmit: submit },
          el('h3', null, __('Quiet hours', 'platen')),
          el('p', null, __('Heavy jobs of your host wait then. Purges go on, and so does what you start yourself.', 'platen')),
          hours.map((period, index) =>
            el(Period, {
              key: index,
              period,
              number: index + 1,
              change: next => edit({ quietHours: hours.map((one, at) => (at === index ? next : one)) }),
              remove: () => edit({ quietHours: hours.filter((_one, at) => at !== index) }),
            }),
          ),
          el(
            Button,
            {
              variant: 'secondary',
              disabled: hours.length >= 20,
              'data-platen-add-hours': true,
              onClick: () => edit({ quietHours: [...hours, { days: everyDay, from: '08:00', to: '18:00' }] }),
            },
            __('Add quiet hours', 'platen'),
          ),
          el('h3', null, __('Heavy jobs may take a day', 'platen')),
          el(Allowance, {
            label: __('CPU', 'platen'),
            unit: __('minutes', 'platen'),
            value: form.cpuMinutes,
            change: cpuMinutes => edit({ cpuMinutes }),
          }),
          el(Allowance, {
            label: __('Disk', 'platen'),
            unit: __('MB written', 'platen'),
            value: form.diskMb,
            change: diskMb => edit({ diskMb }),
          }),
          el('h3', null, __('Your host may run', 'platen')),
          kinds.map(kind =>
            el(KindRule, {
              key: kind.name,
              kind,
              rule: form.rules[kind.name] || { when: 'any' },
              change: rule => edit({ rules: { ...form.rules, [kind.name]: rule } }),
            }),
          ),
          el(
            'p',
            null,
            el(Button, { variant: 'primary', type: 'submit', disabled: draft === null, 'data-platen-save': true }, __('Save', 'platen')),
          ),
        ),
      ),
    )
  }

  window.platen = { ...window.platen, OwnersSay }
})(window.wp)
