import {
  cgroupPlace,
  countVisits,
  coresOf,
  databaseEndpoint,
  fpmPool,
  keyedOf,
  limitOf,
  nginxSite,
  parseNginxDump,
  pressureOf,
  readEntry,
  readRecord,
  readWpConfig,
  statusIn,
} from '@platen/agent/decoders'
import { inFile } from './in-file.ts'
import { keyOf } from './keys.ts'
import { bytesTarget, jsonTarget, textTarget, type Target } from './target.ts'
import { ids } from './valid.ts'

const nginxDump = `# configuration file /etc/nginx/nginx.conf:
user www-data; http {
  include /etc/nginx/sites/*.conf;
  fastcgi_cache_path "/var/cache/nginx" levels=1:2 keys_zone=ONE:10m;
  map $http_x_platen_refresh $platen_refresh { default 0; "s;e}c" 1; }
}
# configuration file /etc/nginx/sites/a.conf:
upstream php { server unix:/run/php.sock; }
server { listen [::]:8443 ssl; root /srv/site; # the one
  location ~ \\.php$ { fastcgi_pass php; fastcgi_cache ONE; add_header X-Cache \${upstream}_status; } }
`

const wpConfig = String.raw`<?php
/* The database */ define('DB_NAME','shop'); define( "DB_USER" , "wp" ); // user
defined( 'DB_HOST' ) || DEFINE( 'DB_HOST', 'localhost:/run/mysqld/mysqld.sock' ); # host
define('A', 'it\'s \\ \n'); define("B", "say \"\$5\"");
$long = <<<'EOT'
text ' " ?>
EOT;
$table_prefix='shop_'; ?><p><?= 1 ?>`

const mountInfo = `30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate
31 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
`

const accessLog = `203.0.113.5 - - [01/Jan/2026:00:00:00 +0000] "GET /a/?b=c HTTP/1.1" 200 512 "-" "a \\x22quoted\\x22 one"
203.0.113.5 - - [01/Jan/2026:00:00:00 +0000] "POST / HTTP/2.0" 302 0 "-" "-"
`

const stubStatus = `Active connections: 2 
server accepts handled requests
 10 10 31 
Reading: 0 Writing: 1 Waiting: 1 
`

/** An entry of the page cache: nginx's binary header, its key, then what PHP answered with. */
const entry = Buffer.concat([
  Buffer.from([5, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe]),
  Buffer.from('\nKEY: httpsGETexample.com/a\nStatus: 200\r\nVary: Accept\r\nX-Platen-Made: 1795000000000000\r\n\r\n<p>'),
])

const { d: privateKey = '', x: publicKey = '' } = keyOf(1).export({ format: 'jwk' })
const identity = {
  version: 1,
  ...ids,
  gateway: 'platen',
  gateways: ['https://gateway.example'],
  signerRoot: publicKey,
  privateKey,
  publicKey,
}

/** What the agent reads of the machine's own files and of programs that run on it. */
export const machineTargets: readonly Target[] = [
  textTarget('wp-config.php', [wpConfig], readWpConfig),
  textTarget('DB_HOST', ['localhost', 'db:3306', '[::1]:3306', 'localhost:/run/mysqld.sock', 'fe80::1%eth0'], databaseEndpoint),
  textTarget('the configuration of nginx', [nginxDump], text =>
    nginxSite(parseNginxDump(text), '/srv/site', (one, other) => one === other),
  ),
  textTarget(
    'the configuration of PHP-FPM',
    ['[01-Jan-2026 00:00:00] NOTICE: [www]\n[01-Jan-2026 00:00:00] NOTICE: \tlisten = /run/php.sock\n'],
    text => fpmPool(text, '/run/php.sock'),
  ),
  textTarget('the access log of nginx', [accessLog], text => countVisits(text).size > 0),
  textTarget('the status page of nginx', [stubStatus], statusIn),
  bytesTarget('entries of the page cache', [entry], inFile('0123456789abcdef0123456789abcdef', readEntry)),
  jsonTarget('identity files', [identity, { ...identity, next: { privateKey, publicKey } }], inFile('identity.json', readRecord)),
  textTarget('/proc/self/cgroup', ['0::/system.slice/platen.service\n', '9:memory:/docker/ab\n3:pids:/../..\n'], text =>
    cgroupPlace(text, mountInfo),
  ),
  textTarget('/proc/self/mountinfo', [mountInfo], text => cgroupPlace('0::/a/b\n9:memory:/docker\n', text)),
  textTarget(
    'files of a cgroup',
    ['max 100000\n', '9223372036854771712\n', 'anon 1\nfile 2\n', 'some avg10=0.00 avg60=1.50 avg300=0.00 total=1\n'],
    text => [limitOf(text), coresOf(text), keyedOf(text), pressureOf(text)],
  ),
]
