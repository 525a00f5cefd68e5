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
  fastcgi_cache_path ${site.cachePath} levels=${nginxCacheLevels} keys_zone=PAGES:10m inactive=60m max_size=256m;
  fastcgi_cache_key "${nginxCacheKey}";
  map $http_x_platen_refresh $platen_refresh { default 0; "${site.refreshSecret}" 1; }
  server {
    listen 127.0.0.1:${site.port};
    server_name _;
    root ${site.root};
    index index.php;
    client_max_body_size 64m;
    absolute_redirect off;
${skipRules}
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
      fastcgi_pass unix:${site.phpSocket};
      fastcgi_read_timeout 120s;
      fastcgi_buffers 16 16k;
      fastcgi_buffer_size 32k;
      fastcgi_cache PAGES;
      fastcgi_cache_valid 200 301 60m;
      fastcgi_cache_bypass $skip $platen_refresh;
      fastcgi_no_cache $skip;
      add_header X-Cache $upstream_cache_status;
    }
  }
}
`
}

/** Requests whose answer is one visitor's own. */
const skipRules = `    set $skip 0;
    if ($request_method = POST) { set $skip 1; }
    if ($http_cookie ~* "wordpress_logged_in|wp-postpass|comment_author") { set $skip 1; }
    if ($request_uri ~* "/wp-admin/|/wp-json/|wp-login|wp-cron|preview=") { set $skip 1; }`
