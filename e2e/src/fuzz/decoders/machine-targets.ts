import {
  cgroupPlace,
  coresOf,
  databaseEndpoint,
  fpmPool,
  keyedOf,
  limitOf,
  nginxSite,
  parseNginxDump,
  pressureOf,
  readWpConfig,
} from '@platen/agent/decoders'
import { textTarget, type Target } from './target.ts'

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
