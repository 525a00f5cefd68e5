import { join } from 'node:path'
import { fpmStatusPath } from '../../engines/php-fpm.ts'

/** What the nginx of a native site is made from. */
export interface NginxSite {
  readonly directory: string
  readonly port: number
  readonly user: string
  readonly root: string
  readonly cachePath: string
  readonly accessLog: string
  readonly phpSocket: string
  /** Value of the header X-Platen-Refresh that makes nginx fetch a page anew and replace its cached copy. */
  readonly refreshSecret: string
  /** Statuses that are kept of everything an anonymous GET gets; not given: pages and 301s, by the usual rules. */
  readonly cacheEverything?: readonly number[]
  /** Ports of two more servers of the same site, see `NativeSite.nginx.doors`. */
  readonly doors?: NginxDoors
}

/** Ports of a site's doors. */
export interface NginxDoors {
  readonly uncached: number
  readonly peek: number
}

/** Where nginx tells its counters, to loopback only. */
export const nginxStatusPath = '/platen-lab-nginx-status'

/** What nginx looks a page up by, and how it spreads the files of its cache over folders. */
export const nginxCacheKey = '$scheme$request_method$host$request_uri'
export const nginxCacheLevels = '1:2'

/** The whole nginx.conf of a site as a host would run it: page cache, gzip, long-lived static files. */
export function nginxConfig(site: NginxSite): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `${process.getuid?.() === 0 ? `user ${site.user};` : ''}
worker_processes 1;
pid ${join(site.directory, 'nginx.pid')};
events { worker_connections 1024; }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log ${site.accessLog};
  sendfile on;
  keepalive_timeout 15s;
  server_tokens off;
${temporary.map(name => `  ${name}_temp_path ${join(site.directory, 'temporary', name)};`).join('\n')}
  gzip on;
  gzip_comp_level 5;
  gzip_min_length 500;
  gzip_vary on;
  gzip_types text/css text/plain text/javascript application/javascript application/json image/svg+xml application/rss+xml;
  fastcgi_cache_path ${site.cachePath} levels=${nginxCacheLevels} keys_zone=PAGES:10m inactive=${keptFor(site)} max_size=256m;
  fastcgi_cache_key "${nginxCacheKey}";
  map $http_x_platen_refresh $platen_refresh { default 0; "${site.refreshSecret}" 1; }
${server(site, site.port, pageCache(site))}
${doorServers(site)}
}
`
}

function server(site: NginxSite, port: number, answer: string): string {
  return `  server {
    listen 127.0.0.1:${port};
    server_name _;
    root ${site.root};
    index index.php;
    client_max_body_size 64m;
    absolute_redirect off;
${skipRules(site)}
    location / { try_files $uri $uri/ /index.php?$args; }
    location ~* /wp-content/uploads/.*\\.php$ { deny all; }
    location ~* \\.(css|js|jpe?g|png|gif|webp|avif|svg|woff2?|ttf)$ { add_header Cache-Control "public, max-age=2592000"; try_files $uri =404; }
    location = ${nginxStatusPath} { allow 127.0.0.1; deny all; access_log off; stub_status; }
    location = ${fpmStatusPath} {
      allow 127.0.0.1; deny all; access_log off;
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME ${fpmStatusPath};
      fastcgi_pass unix:${site.phpSocket};
    }
    location ~ \\.php$ {
      try_files $uri =404;
      include /etc/nginx/fastcgi_params;
      fastcgi_param HTTP_HOST $http_host;
      fastcgi_param HTTP_X_PLATEN_REFRESH "";
      fastcgi_param PLATEN_REFRESH $platen_refresh;
      fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
      fastcgi_read_timeout 120s;
      fastcgi_buffers 16 16k;
      fastcgi_buffer_size 32k;
${answer}
    }
  }`
}

/** PHP behind the page cache. */
function pageCache(site: NginxSite, phpSocket = site.phpSocket): string {
  const statuses = site.cacheEverything?.join(' ') ?? '200 301'
  return `      fastcgi_pass unix:${phpSocket};
      fastcgi_cache PAGES;
      fastcgi_cache_valid ${statuses} ${keptFor(site)};
      ${site.cacheEverything ? 'fastcgi_ignore_headers Cache-Control Expires;' : ''}
      fastcgi_cache_bypass $skip $platen_refresh;
      fastcgi_no_cache $skip;
      add_header X-Cache $upstream_cache_status${site.cacheEverything ? ' always' : ''};`
}

/** What is kept by everything must not go by itself while somebody looks what a purge takes away. */
function keptFor({ cacheEverything }: NginxSite): string {
  return cacheEverything ? '12h' : '60m'
}

/** What stands behind the peek door: nobody listens there, so only what is kept is answered. */
const noSocket = '/nonexistent/php.sock'

function doorServers(site: NginxSite): string {
  if (!site.doors) return ''
  const uncached = `      fastcgi_pass unix:${site.phpSocket};
      fastcgi_param SERVER_PORT ${site.port};
      fastcgi_param LAB_UNCACHED 1;`
  const quiet = `      access_log off;
      error_log /dev/null crit;`
  return `${server(site, site.doors.uncached, `${uncached}\n${quiet}`)}
${server(site, site.doors.peek, `${pageCache(site, noSocket)}\n${quiet}`)}`
}

/** Requests whose answer is one visitor's own. */
function skipRules({ cacheEverything }: NginxSite): string {
  const paths = cacheEverything ? '/wp-admin/|wp-login|wp-cron|preview=' : '/wp-admin/|/wp-json/|wp-login|wp-cron|preview='
  return `    set $skip 0;
    if ($request_method = POST) { set $skip 1; }
    if ($http_cookie ~* "wordpress_logged_in|wp-postpass|comment_author") { set $skip 1; }
    ${cacheEverything ? 'if ($http_authorization) { set $skip 1; }' : ''}
    if ($request_uri ~* "${paths}") { set $skip 1; }`
}
