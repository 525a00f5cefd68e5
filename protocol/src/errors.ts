/** Whether the same request can succeed later: never as it is, after what the hint names has changed, or by waiting. */
export type Retry = 'never' | 'changed' | 'wait'

/** One row of the error table. */
export interface ErrorRow {
  /** HTTP status where the error answers a request. */
  readonly status: number
  readonly retry: Retry
  /** What it means, in one sentence for people. */
  readonly meaning: string
  /** What to do about it. */
  readonly hint: string
}

/**
 * Every error that crosses a boundary of Platen: stable code → HTTP status, retry, meaning, hint.
 * docs/errors.md says the same; a test compares them. A retired code is never used again.
 */
export const errorTable = {
  // What was asked
  'input.invalid': [400, 'never', 'The input does not fit its schema.', 'Correct the field that is named.'],
  'input.too_large': [413, 'never', 'The input is over its size bound.', 'Split the request into smaller ones.'],
  'kind.unknown': [400, 'never', 'No job kind has this name.', 'GET /v1/kinds lists them.'],
  'route.not_found': [404, 'never', 'Nothing is served at this address.', 'See the API page for the routes.'],
  'site.not_found': [404, 'never', 'No such site in this account.', 'List the sites to find its id.'],
  'agent.not_found': [404, 'never', 'No such agent in this account.', 'List the agents to find its id.'],
  'job.not_found': [404, 'never', 'No such job in this account.', 'List the jobs to find its id.'],
  'token.not_found': [404, 'never', 'No such API token in this account.', 'List the tokens to find its id.'],
  'cursor.invalid': [400, 'never', 'The cursor was not made by this list.', 'Start again without a cursor.'],
  'idempotency.conflict': [409, 'never', 'The Idempotency-Key was used with another body.', 'Use a new key for a new request.'],
  'site.exists': [409, 'never', 'A site with this URL is there already.', 'Use the site that is there.'],
  'gateway.exists': [409, 'never', 'This folder holds a gateway already.', 'Use that one, or name another folder with --data.'],
  'job.finished': [409, 'never', 'The job has ended already.', 'Nothing is left to do.'],
  'job.local': [409, 'never', 'The job was made at the site, which alone decides about it.', 'Cancel it in WP admin.'],
  'rate.limited': [429, 'wait', 'Too many requests.', 'Wait as long as Retry-After says.'],
  'queue.full': [429, 'wait', 'Too many jobs wait at this site or pool already.', 'Wait until a tenth of them has begun.'],
  'purge.too_often': [
    429,
    'wait',
    'Everything was purged too often lately.',
    'Wait as long as Retry-After says, or name the pages that are old.',
  ],
  // Who asked
  'token.invalid': [401, 'changed', 'The API token is missing, unknown or revoked.', 'Send Authorization: Bearer with a valid token.'],
  'token.scope': [403, 'changed', 'The API token lacks the scope for this.', 'Use a token that has the scope that is named.'],
  'enrol.token_invalid': [
    401,
    'changed',
    'The enrolment token is unknown, used already, or another site’s.',
    'Make a new bundle with: platen site enrol.',
  ],
  'enrol.token_expired': [401, 'changed', 'The enrolment token has expired.', 'Make a new bundle with: platen site enrol.'],
  'enrol.bundle_invalid': [400, 'changed', 'The enrolment bundle cannot be read.', 'Make a new bundle with: platen site enrol.'],
  'enrol.missing': [409, 'changed', 'This agent has no identity yet.', 'Run: platen-agent enrol --bundle FILE.'],
  'auth.token_invalid': [
    401,
    'wait',
    'The agent’s connection token is missing, wrong or expired.',
    'The answer carries the server’s time; the agent corrects its clock and tries again.',
  ],
  'auth.nonce_refused': [401, 'never', 'The nonce was not signed by the agent’s key.', 'Enrol the agent again.'],
  'key.refused': [401, 'never', 'The new key was not signed by both keys, or the old one is retired.', 'Enrol the agent again.'],
  'agent.duplicate': [
    409,
    'changed',
    'Two running processes hold this agent’s key.',
    'Stop the copy; where it is not yours, enrol the agent again.',
  ],
  'agent.revoked': [403, 'never', 'The agent’s key was revoked or replaced.', 'Enrol the agent again.'],
  'pool.denied': [403, 'never', 'Only the platform’s own account has pools.', 'Use an account that gateway init made.'],
  // Signed work
  'grant.missing': [403, 'never', 'The job carries no signature.', 'Check that the signer is running.'],
  'grant.signer_unknown': [
    403,
    'never',
    'The job was signed under a root key that this agent does not pin.',
    'Enrol the agent again if the signer was really replaced.',
  ],
  'grant.invalid': [
    403,
    'never',
    'The signature of the job does not fit.',
    'Something between signer and agent changes jobs: find out what.',
  ],
  'grant.mismatch': [
    403,
    'never',
    'The signature is for another site, agent, job or input.',
    'Something between signer and agent mixes jobs up: find out what.',
  ],
  'grant.expired': [403, 'wait', 'The signature has expired.', 'Check the clocks of gateway and site.'],
  'grant.replayed': [403, 'never', 'This attempt of the job was granted and taken before.', 'Nothing is left to do.'],
  'signer.unavailable': [503, 'wait', 'The signer does not answer, so no job can be handed out.', 'Start the signer; jobs wait meanwhile.'],
  'signer.refused': [403, 'changed', 'The signer’s policy does not allow this job.', 'Widen the signer’s policy if the job is wanted.'],
  'policy.invalid': [
    400,
    'changed',
    'The policy file cannot be read or breaks its schema.',
    'Correct the field that is named in the policy file.',
  ],
  'policy.denied': [
    403,
    'changed',
    'The site’s policy file does not allow this job.',
    'Root at the site may add the kind to the policy file.',
  ],
  'local.unauthorized': [401, 'never', 'The local request is not signed, or wrongly.', 'Check the secret that plugin and agent share.'],
  'local.replayed': [401, 'never', 'The local request was seen before or is too old.', 'Check the clock of the site.'],
  // Lives of jobs
  'job.cancelled': [409, 'never', 'The job was cancelled.', 'Dispatch it again if it is still wanted.'],
  'job.expired': [504, 'wait', 'The job was not started before its deadline.', 'Check that the agent is connected.'],
  'job.deadline': [504, 'wait', 'The job ran longer than its deadline.', 'Ask for less at a time.'],
  'job.lost': [502, 'wait', 'The agent was lost while it ran the job.', 'Look at the agent; effect tells what may have happened.'],
  'job.superseded': [409, 'never', 'Another job stands for this one.', 'Follow the job that is named.'],
  'job.stale_epoch': [409, 'never', 'The job was handed out again meanwhile.', 'Nothing is left to do.'],
  'owner.vetoed': [403, 'changed', 'The site’s owner does not want this job.', 'Ask the owner.'],
  'owner.deferred': [503, 'wait', 'The site’s owner has put this job off.', 'The job is offered again then.'],
  'owner.quiet_hours': [503, 'wait', 'These are quiet hours at the site.', 'The job is offered again when they are over.'],
  'owner.allowance': [
    429,
    'wait',
    'Heavy jobs have taken what they may in a day at this site.',
    'What waits is offered again the next day; dispatch again what was stopped.',
  ],
  'agent.busy': [503, 'wait', 'The agent has enough to do.', 'The job is offered again later.'],
  'agent.unavailable': [503, 'wait', 'The agent does not answer.', 'Start it with: platen-agent run.'],
  'worker.crashed': [500, 'wait', 'The process that ran the job died.', 'See the agent’s log for its last words.'],
  'worker.memory': [500, 'never', 'The job needed more memory than it may have.', 'Raise limits.memoryMb in the policy file.'],
  'site.locked': [409, 'wait', 'Another agent holds the lock of this site.', 'Stop the other one, or wait for it.'],
  // The site
  'url.invalid': [400, 'never', 'The URL cannot be used.', 'Use an absolute http or https URL without credentials.'],
  'url.foreign': [400, 'never', 'The URL belongs to another host than the site’s.', 'Use URLs of this site only.'],
  'path.outside': [403, 'never', 'The path leads out of the site’s folder.', 'Use paths below the site’s root.'],
  'path.symlink': [403, 'never', 'A symbolic link is on the path.', 'Replace the link by what it points at.'],
  'file.not_found': [404, 'changed', 'The file is not there.', 'Restore the file, or remove what refers to it.'],
  'file.too_large': [413, 'never', 'The file is over the size that is handled.', 'Make it smaller.'],
  'file.denied': [403, 'changed', 'The site’s user may not do this with the file.', 'Correct owner and mode of the file.'],
  'disk.full': [507, 'changed', 'No room is left on the disk.', 'Free some room.'],
  'php.unavailable': [502, 'wait', 'PHP does not answer.', 'Start PHP-FPM, or look into its log.'],
  'php.failed': [502, 'changed', 'PHP answered with an error.', 'Look into the PHP error log.'],
  'php.timeout': [504, 'wait', 'PHP did not answer in time.', 'See what its workers are busy with.'],
  'plugin.missing': [424, 'changed', 'The Platen plugin does not answer inside WordPress.', 'Install and activate the plugin.'],
  'plugin.refused': [502, 'changed', 'The plugin refused the call.', 'Use the same version of plugin and agent.'],
  'wordpress.maintenance': [503, 'wait', 'WordPress is in maintenance.', 'Wait until the update has ended.'],
  'nginx.unavailable': [502, 'wait', 'nginx does not answer.', 'Start nginx, or look into its log.'],
  'nginx.no_refresh': [424, 'changed', 'nginx has no refresh rule of Platen’s.', 'Add the lines that platen-agent doctor prints.'],
  'nginx.unknown_cache': [
    424,
    'changed',
    'nginx keeps pages in a folder that the policy file does not name.',
    'Name it in the policy file as nginx.cachePath; platen-agent init finds it in nginx’s configuration.',
  ],
  'nginx.unknown_key': [
    424,
    'changed',
    'nginx keeps pages under keys that are not as the policy file has them.',
    'Set nginx.cacheKey in the policy file to what fastcgi_cache_key is, with no variable of your own beside the host.',
  ],
  'nginx.too_many': [
    424,
    'changed',
    'nginx keeps more pages than can be read to find some of them.',
    'Set nginx.cacheKey and nginx.cacheLevels in the policy file, so that each is found by its key.',
  ],
  'page.stale': [502, 'wait', 'An old copy of the page is still served.', 'See the layer that is named.'],
  'page.unreachable': [502, 'wait', 'The page could not be fetched.', 'Open it in a browser to see why.'],
  'page.unusable': [422, 'changed', 'The page is not HTML that can be worked on.', 'See what the page answers.'],
  'redis.unavailable': [502, 'wait', 'Redis does not answer.', 'Start Redis, or correct its address in the policy file.'],
  'redis.mismatch': [
    403,
    'changed',
    'WordPress uses another Redis, database or prefix than the policy file names.',
    'Name the same in the policy file and in wp-config.php.',
  ],
  'redis.unnamed': [
    424,
    'changed',
    'The policy file does not name the object cache that WordPress uses, so it is left alone.',
    'If it is in Redis, add redis to the policy file: platen-agent init --site FOLDER --redis URL --redis-prefix PREFIX.',
  ],
  'cdn.unavailable': [
    502,
    'wait',
    'The CDN does not answer, or not in time.',
    'See the CDN’s own status page; the purge is asked for again.',
  ],
  'cdn.denied': [
    502,
    'changed',
    'The CDN refuses the token, or knows no such zone.',
    'Correct the token in the gateway’s CDN file, or the site’s zone.',
  ],
  'cdn.refused': [502, 'changed', 'The CDN refuses the purge.', 'See the line cdn:failed of the gateway’s log for its numbers.'],
  'cdn.unknown_host': [
    502,
    'changed',
    'The CDN serves the site under other hosts than the page’s.',
    'Name the hosts that it has: platen site cdn SITE --hosts.',
  ],
  'mysql.unavailable': [502, 'wait', 'The database does not answer.', 'Start the database, or look into its log.'],
  'mysql.mismatch': [
    403,
    'changed',
    'WordPress uses another database than the policy file names.',
    'Correct the policy file or wp-config.php.',
  ],
  'image.unreadable': [422, 'never', 'The image is broken or of a kind that is not handled.', 'Upload it again.'],
  'css.unparsable': [422, 'never', 'The style sheet does not parse; it is served as it was.', 'Tell its author.'],
  'js.unparsable': [422, 'never', 'The script does not parse; it is served as it was.', 'Tell its author.'],
  'wordpress.not_found': [404, 'changed', 'There is no WordPress in this folder.', 'Name the folder that holds wp-load.php.'],
  // Receipts
  'receipt.unreadable': [422, 'never', 'The line is no receipt as an agent writes it.', 'Export the receipts again, and change nothing.'],
  'receipt.altered': [422, 'never', 'The receipt says something else than when it was made.', 'Look into who could change it since.'],
  'receipt.forged': [422, 'never', 'The receipt is not signed by the key that it names.', 'Look into who could write it.'],
  'receipt.key_unknown': [
    422,
    'changed',
    'Nothing known vouches for the key that signed the receipt.',
    'Name a key of this agent that you know from elsewhere.',
  ],
  'receipt.gap': [422, 'never', 'Receipts are missing here, or not in their order.', 'Export the receipts again, and change nothing.'],
  'receipt.unlinked': [
    422,
    'never',
    'The receipt does not follow from the one before it.',
    'Look into who could change or take out the one before.',
  ],
  'receipt.anchor_missing': [
    422,
    'changed',
    'A receipt that is known from elsewhere is not among these.',
    'Export all receipts; where it is still missing, it was cut off, made anew, or lost with the agent’s journal.',
  ],
  // The machinery
  'frame.invalid': [400, 'never', 'The frame cannot be read or breaks its schema.', 'Use a build that speaks the same revision.'],
  'frame.too_large': [413, 'never', 'The frame is over its size bound.', 'Send less at once.'],
  'frame.out_of_state': [
    409,
    'never',
    'The frame does not belong to this state of the session.',
    'Use a build that speaks the same revision.',
  ],
  'store.unavailable': [503, 'wait', 'The store does not answer.', 'Look at the disk and the log of the gateway.'],
  'outbox.full': [507, 'wait', 'Too much waits for the gateway; new jobs are not taken.', 'Bring the gateway back.'],
  'gateway.unreachable': [502, 'wait', 'The gateway does not answer.', 'Check its address, and that it runs.'],
  'gateway.draining': [503, 'wait', 'The gateway is stopping.', 'Try again in a moment.'],
  'port.in_use': [409, 'changed', 'The port is taken by another program.', 'Stop that program, or choose another port.'],
  'engine.missing': [424, 'changed', 'A program that is needed is not installed.', 'Run: npx pnpm engines.'],
  'privilege.missing': [403, 'changed', 'This needs root.', 'Run it as root.'],
  internal: [500, 'wait', 'Something failed that should not.', 'See the log; the answer carries no more on purpose.'],
} as const

/** A stable error code. */
export type ErrorCode = keyof typeof errorTable

const rows: Readonly<Record<ErrorCode, readonly [status: number, retry: Retry, meaning: string, hint: string]>> = errorTable

/** The row of a code. */
export function errorRow(code: ErrorCode): ErrorRow {
  const [status, retry, meaning, hint] = rows[code]
  return { status, retry, meaning, hint }
}

/** Whether a string is a code of the table. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorTable, code)
}
