/**
 * Every byte, count and millisecond that both sides of a boundary agree on.
 * Enforced where data enters and where it leaves; readable as a specification.
 */
export const limits = {
  link: {
    /** A frame's size in UTF-8 bytes, either direction. */
    frameBytes: 524_288,
    /** Frames a second that one agent may send, averaged over `frameBurst`. */
    framesPerSecond: 50,
    /** Frames that may come at once before the average counts. */
    frameBurst: 200,
    /** Frames a second that a gateway may send to one agent, averaged over `gatewayFrameBurst`: more than an agent can call forth. */
    gatewayFramesPerSecond: 100,
    gatewayFrameBurst: 400,
    /** Pieces that a frame may come in: each costs memory of its own until the last is there. */
    frameFragments: 256,
    /** Levels of nested objects and lists in a frame. */
    nesting: 24,
    /** Bytes that may wait in a socket's send buffer before its owner closes it. */
    sendBufferBytes: 4_194_304,
    /** From the upgrade to a valid hello. */
    helloMs: 10_000,
    /** The gateway asks for a heartbeat this often; `welcome` may say otherwise. */
    heartbeatMs: 30_000,
    /** A heartbeat that comes sooner after the one before than this share of the interval that was asked for renews nothing. */
    shortestBeat: 0.5,
    /** State reports that are stored an interval of heartbeats: what changed, and all of it where that is asked for. */
    reportsPerBeat: 2,
    /** State reports that may come at once before that counts. */
    reportBurst: 20,
    /** Silence after which either side gives the socket up. */
    silenceMs: 75_000,
    /** Life of the JWT that an agent shows at the upgrade. */
    tokenSeconds: 60,
    /** Bounds of the full-jitter back-off between connection attempts. */
    backoffFirstMs: 500,
    backoffCapMs: 60_000,
  },
  job: {
    /** A job's input, as JSON bytes. */
    inputBytes: 65_536,
    /** A job's result, as JSON bytes. */
    resultBytes: 262_144,
    /** Progress reports a second that leave an agent for one job, and that a gateway passes on; the latest wins. */
    progressPerSecond: 4,
    /** Life of a signed grant, from signing to the agent's accept. */
    grantSeconds: 300,
    /** A lease that no heartbeat renewed for so long is lost. */
    leaseMs: 90_000,
    /** Jobs that may wait at a site at once: more are refused until a tenth of them is gone. */
    queuedAtSite: 10_000,
    /** The same of a pool. */
    queuedInPool: 100_000,
    /** Jobs in one `GET /v1/jobs` page. */
    pageSize: 100,
    /** Bytes of the jobs of one page, as they are stored: what would exceed them begins the next page. */
    pageBytes: 4_194_304,
  },
  /** Jobs that a site makes by itself. They run whatever the gateway says; what is over these it does not keep. */
  created: {
    /** As many as owner, events and root may ask for after a day without a gateway. */
    burst: 2_000,
    /** A second, averaged over `burst`. */
    perSecond: 2,
    /** A day (UTC). */
    perDay: 20_000,
    /** Their inputs and results in a day, as JSON bytes. */
    bytesPerDay: 268_435_456,
  },
  receipt: {
    /** A line: what a receipt says, its hash and its signature. */
    lineBytes: 16_384,
    whatLength: 500,
    layers: 8,
    /** Pages that a receipt names, and bytes of their addresses as JSON. */
    samplePages: 20,
    sampleBytes: 4_096,
    /** What an agent keeps, for 400 days at most: the oldest go first. */
    keptBytes: 4_194_304,
    keptMs: 34_560_000_000,
    /** Whatever the clock says. */
    keptAlways: 100,
    /** Lines in one answer of the control socket. */
    pageLines: 50,
  },
  outbox: {
    /** Results and reports that wait at an agent for the gateway to come back. */
    bytes: 16_777_216,
  },
  local: {
    /** A request from PHP to the agent, as bytes. */
    requestBytes: 65_536,
    /** Requests that the agent serves PHP at once. */
    connections: 16,
    /** Requests a second from PHP, averaged over `burst`. */
    requestsPerSecond: 20,
    burst: 60,
    /** Age of a signed request (loopback TCP) beyond which it is refused. */
    clockSkewSeconds: 60,
  },
  cdn: {
    /** URLs of one request to the gateway, and their bytes as JSON. */
    requestUrls: 200,
    requestBytes: 262_144,
    /** Tags of one request; and those that wait at an agent: beyond it the tag that all pages have stands for them. */
    requestTags: 100,
    waitingTags: 300,
    /** Tags of one page. */
    pageTags: 16,
    /** URLs that wait at an agent, and their bytes: beyond it all of the site is purged instead. */
    waitingUrls: 3_000,
    waitingBytes: 1_048_576,
    /** How long a purge waits to hear from the CDN before it ends without. */
    outcomeMs: 5_000,
  },
  spool: {
    /** A line that the plugin appends for the agent. */
    lineBytes: 65_536,
    /** A spool file: beyond it pages are not recorded, and a change counts as one of everything. */
    fileBytes: 8_388_608,
    /** What a page was made of, as tags; beyond it those of one class become one. */
    tagsPerPage: 512,
  },
  php: {
    /** An answer from the plugin, as bytes. */
    answerBytes: 8_388_608,
    /** A call to the plugin. */
    callMs: 30_000,
  },
  enrolment: {
    /** Life of a one-time token. */
    tokenSeconds: 900,
  },
  site: {
    /** A page or asset that the agent fetches from its own site, as bytes. */
    responseBytes: 16_777_216,
    /** Such a fetch. */
    fetchMs: 20_000,
  },
} as const
