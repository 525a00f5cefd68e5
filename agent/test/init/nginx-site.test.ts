import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nginxConfigFile, nginxSite } from '../../src/init/nginx-site.ts'
import { directives, parseNginx, parseNginxDump } from '../../src/init/nginx-tree.ts'

const same = (a: string, b: string): boolean => a === b

const config = `# configuration file /etc/nginx/nginx.conf:
user www-data; pid /run/nginx.pid;
http {
  access_log /var/log/nginx/all.log combined;
  fastcgi_cache_key "$scheme$host$request_uri";
  fastcgi_cache_path /var/cache/nginx/one levels=1:2 keys_zone=ONE:10m;
  fastcgi_cache_path "/var/cache/nginx/two" levels=1:2 keys_zone=TWO:10m;
  map $http_x_platen_refresh $platen_refresh { default 0; "s;e}c" 1; }
  server { listen unix:/run/x.sock; listen [::]:8443 ssl http2; root /srv/other; }
  server {
    listen 80 default_server; root /srv/site; # the one
    location ~ \\.php$ { fastcgi_pass unix:/run/php/site.sock; fastcgi_cache TWO; access_log off; fastcgi_cache_key "$host $request_uri"; add_header X-Cache $upstream_cache_status; }
  }
}`

describe('parseNginx', () => {
  it('leaves out what is nested beyond any sense, and reads on', () => {
    const tree = parseNginx(`${'a {'.repeat(100_000)}${'}'.repeat(100_000)} user www-data;`)
    assert.equal(directives(tree, 'a').length, 50)
    assert.equal(directives(tree, 'user').length, 1)
  })

  it('puts no file into itself, by whatever way it asks for that', () => {
    const dump = `# configuration file /etc/nginx.conf:\n${'include *.conf;'.repeat(50)}\nuser a;\n# configuration file /etc/b.conf:\n${'include *.conf;'.repeat(50)}`
    assert.equal(directives(parseNginxDump(dump), 'user').length, 1)
  })

  it('keeps quoted braces and semicolons inside their argument', () => {
    const [map] = directives(parseNginx(config), 'map')
    assert.deepEqual(
      map?.children.map(({ name, args }) => [name, ...args]),
      [
        ['default', '0'],
        ['s;e}c', '1'],
      ],
    )
  })

  it('keeps variables in braces and escapes in one word', () => {
    assert.deepEqual(parseNginx('a ${b}c x\\;y;'), [{ name: 'a', args: ['${b}c', 'x\\;y'], children: [] }])
  })

  it('ends without a throw on text that stops in the middle', () => {
    assert.deepEqual(parseNginx('http { server { listen 80'), [
      { name: 'http', args: [], children: [{ name: 'server', args: [], children: [] }] },
    ])
  })
})

describe('parseNginxDump', () => {
  const dump = [
    '# configuration file /etc/nginx/nginx.conf:',
    'http { include sites-enabled/*; include /etc/nginx/upstreams.conf; }',
    '# configuration file /etc/nginx/sites-enabled/blog:',
    'server { listen 80; root /srv/blog; include snippets/php.conf; }',
    '# configuration file /etc/nginx/snippets/php.conf:',
    'location ~ \\.php$ { fastcgi_pass php; }',
    '# configuration file /etc/nginx/upstreams.conf:',
    'upstream php { server unix:/run/php/blog.sock; }',
  ].join('\n')

  it('puts included files in their places, so that a server has its snippets', () => {
    assert.equal(nginxSite(parseNginxDump(dump), '/srv/blog', same)?.fpmSocket, '/run/php/blog.sock')
  })

  it('ends on files that include themselves, and on text that is no dump', () => {
    assert.deepEqual(parseNginxDump('# configuration file /a:\ninclude /a;'), [])
    assert.deepEqual(parseNginxDump(`# configuration file /a:\ninclude /${'a'.repeat(70_000)};\nuser b;`), [
      { name: 'user', args: ['b'], children: [] },
    ])
    assert.deepEqual(parseNginxDump('http {}'), [])
  })
})

describe('nginxConfigFile', () => {
  it('is what the master was started with, if anything', () => {
    assert.equal(nginxConfigFile('nginx: master process nginx -c /srv/blog/nginx.conf'), '/srv/blog/nginx.conf')
    assert.equal(nginxConfigFile('nginx: master process /usr/sbin/nginx -g daemon on;'), undefined)
    assert.equal(nginxConfigFile('nginx: worker process -c /srv/nginx.conf'), undefined)
  })
})

describe('nginxSite', () => {
  it('finds the server by its root with socket, cache and address', () => {
    assert.deepEqual(nginxSite(parseNginx(config), '/srv/site', same), {
      host: '127.0.0.1',
      port: 80,
      tls: false,
      user: 'www-data',
      fpmSocket: '/run/php/site.sock',
      cachePath: '/var/cache/nginx/two',
      cacheLevels: '1:2',
      cacheKey: '$host $request_uri',
      accessLog: '/var/log/nginx/all.log',
      cacheHeader: 'X-Cache',
      refreshes: true,
    })
  })

  it('takes an address over a Unix socket, and TLS from the listen line', () => {
    const site = nginxSite(parseNginx(config), '/srv/other', same)
    assert.deepEqual([site?.host, site?.port, site?.tls, site?.cachePath], ['127.0.0.1', 8443, true, undefined])
  })

  it('takes key and log from the http block where the server has none of its own', () => {
    const text = config
      .replace('fastcgi_cache_key "$host $request_uri";', '')
      .replace('listen 80 default_server;', '$& access_log /srv/log main;')
    const site = nginxSite(parseNginx(text), '/srv/site', same)
    assert.deepEqual([site?.cacheKey, site?.accessLog], ['$scheme$host$request_uri', '/srv/log'])
  })

  it('names neither log nor levels where they are none that a program can use', () => {
    const logs = ['off', 'syslog:server=unix:/dev/log', '/var/log/$host.log', 'logs/access.log']
    for (const log of logs) {
      const text = config.replaceAll('levels=1:2 ', '').replace('/var/log/nginx/all.log combined', log)
      const site = nginxSite(parseNginx(text), '/srv/site', same)
      assert.deepEqual([site?.accessLog, site?.cacheLevels, site?.cachePath], [undefined, undefined, '/var/cache/nginx/two'])
    }
  })

  it('says nothing where no server has that root', () => {
    assert.equal(nginxSite(parseNginx(config), '/srv/none', same), undefined)
  })
})
