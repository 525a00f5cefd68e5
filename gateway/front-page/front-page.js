// The gateway's front page: lists of agents and jobs for who has a token, and the API from /openapi.json.
// Everything from the API is shown as text; nothing of it becomes markup.
const refreshMs = 3000
const lists = {
  agents: {
    path: '/v1/agents?limit=50',
    columns: ['Agent', 'Site', 'State', 'Seen', 'Version'],
    row: agent => [
      agent.id,
      agent.siteId,
      agent.revokedAt ? 'revoked' : agent.connected ? 'connected' : 'away',
      time(agent.seenAt),
      agent.version,
    ],
    state: 2,
  },
  jobs: {
    path: '/v1/jobs?limit=50',
    columns: ['Job', 'Kind', 'State', 'Created', 'What came of it'],
    row: job => [job.id, job.kind, job.state, time(job.createdAt), words(job)],
    state: 2,
  },
}

function element(name, text, className) {
  const made = document.createElement(name)
  if (text !== undefined) made.textContent = text
  if (className) made.className = className
  return made
}

function time(iso) {
  return iso ? new Date(iso).toLocaleString() : '–'
}

function words(job) {
  if (job.result?.summary) return job.result.summary
  if (job.error) return `${job.error.message} [${job.error.code}]`
  return job.progress ? `${job.progress.done}/${job.progress.total || '?'} ${job.progress.note}` : ''
}

function table({ columns, row, state }, items) {
  const made = element('table')
  const head = made.createTHead().insertRow()
  for (const column of columns) head.append(element('th', column))
  const body = made.createTBody()
  for (const item of items) {
    const cells = row(item)
    const line = body.insertRow()
    cells.forEach((cell, index) => line.append(element('td', cell ?? '–', index === state ? cell : undefined)))
  }
  return items.length > 0 ? made : element('p', 'None yet.')
}

const said = document.querySelector('#said')

async function load(token) {
  for (const [name, list] of Object.entries(lists)) {
    const response = await fetch(list.path, { headers: { authorization: `Bearer ${token}` } })
    const answer = await response.json()
    if (!response.ok) throw new Error(`${answer.title} ${answer.hint}`)
    document.querySelector(`[data-list=${name}]`).replaceChildren(table(list, answer.items))
  }
}

async function keepLoading(token) {
  try {
    await load(token)
    sessionStorage.setItem('token', token)
    said.textContent = `As of ${new Date().toLocaleTimeString()}.`
    setTimeout(keepLoading, refreshMs, token)
  } catch (error) {
    sessionStorage.removeItem('token')
    said.textContent = error.message
  }
}

async function showApi() {
  const { paths } = await (await fetch('/openapi.json')).json()
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const made = element('table')
  for (const { path, method, operation } of rows) {
    const line = made.insertRow()
    const call = line.insertCell()
    call.append(element('code', method.toUpperCase(), 'method'), element('code', path))
    line.append(element('td', operation.summary), element('td', operation.description.replaceAll('`', '')))
  }
  document.querySelector('#routes').replaceChildren(made)
  document.querySelector('#example').textContent = [
    `curl -X POST ${location.origin}/v1/jobs \\`,
    "  -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' -H 'Idempotency-Key: my-key-1' \\",
    `  -d '{"siteId":"site_…","kind":"health.report","input":{"sections":"all"}}'`,
  ].join('\n')
}

// A token in the fragment never reaches a server or its log; it is taken out of the address at once.
const fragment = new URLSearchParams(location.hash.slice(1)).get('token')
if (fragment) history.replaceState(null, '', location.pathname)
const token = fragment ?? sessionStorage.getItem('token')
document.querySelector('#sign-in').addEventListener('submit', event => {
  event.preventDefault()
  void keepLoading(document.querySelector('#token').value.trim())
})
if (token) void keepLoading(token)
void showApi()
