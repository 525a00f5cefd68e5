import { randomBytes } from 'node:crypto'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  copyTree,
  freePort,
  newestWordpress,
  removeFolder,
  requireBinary,
  runCommand,
  startMariadb,
  startNginx,
  startPhpFpm,
  systemUser,
  temporaryFolder,
  wordpressSource,
} from '@platen/lab'

/** A WordPress as a host set it up who had never heard of Platen: its own users, paths, nginx.conf and wp-config.php. */
export interface ForeignSite {
  readonly url: string
  readonly root: string
  /** Where other files of this site's may be put. */
  readonly directory: string
  readonly nginxConfig: string
  readonly fpmSocket: string
  /** Runs PHP (without `<?php`) inside WordPress; gives what it prints. */
  wp(php: string): Promise<string>
  stop(): Promise<void>
}

const phpUser = 'www-data'
const database = 'blog'
const commandMs = 60_000

/** Brings one up, with a photograph in its library. */
export async function createForeignSite(): Promise<ForeignSite> {
  const directory = await temporaryFolder()
  await chmod(directory, 0o755)
  const running: { stop(): Promise<void> }[] = []
  const stop = async (): Promise<void> => {
    for (const engine of running.toReversed()) await engine.stop()
    await removeFolder(directory)
  }
  try {
    const port = await freePort()
    const root = join(directory, 'htdocs')
    const url = `http://127.0.0.1:${port}`
    const mariadb = await startMariadb(join(directory, 'mysql'))
    running.push(mariadb)
    const password = randomBytes(12).toString('hex')
    await mariadb.sql(
      `create database ${database}; create user blog@localhost identified by '${password}'; grant all on ${database}.* to blog@localhost;`,
    )
    await copyTree(await wordpressSource(newestWordpress, () => {}), root)
    await writeFile(join(root, 'wp-config.php'), wpConfig(url, mariadb.socket, password))
    const fpmDirectory = join(directory, 'fpm')
    await mkdir(fpmDirectory)
    const fpm = await startPhpFpm({ directory: fpmDirectory, user: phpUser, webUser: phpUser })
    running.push(fpm)
    await install(root)
    const nginxDirectory = join(directory, 'web')
    await mkdir(join(nginxDirectory, 'temporary'), { recursive: true })
    const nginx = await startNginx(nginxDirectory, nginxConfig({ nginxDirectory, port, root, socket: fpm.socket }), port)
    running.push(nginx)
    return { url, root, directory, nginxConfig: nginx.configFile, fpmSocket: fpm.socket, wp: php => inWordpress(root, php), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function inWordpress(root: string, php: string, before = ''): Promise<string> {
  const { uid, gid } = await systemUser(phpUser)
  const code = `${before} $_SERVER['HTTP_HOST'] = 'localhost'; require '${root}/wp-load.php'; ${php}`
  return runCommand(requireBinary('php'), ['-d', 'memory_limit=256M', '-r', code], { timeoutMs: commandMs, uid, gid, cwd: '/' })
}

async function install(root: string): Promise<void> {
  for (const folder of ['uploads', 'plugins', 'languages', 'upgrade']) await mkdir(join(root, 'wp-content', folder), { recursive: true })
  await runCommand('chown', ['-R', `${phpUser}:${phpUser}`, root], { timeoutMs: commandMs })
  const create = `require_once ABSPATH . 'wp-admin/includes/upgrade.php';
    wp_install( 'A blog', 'admin', 'admin@example.test', true, '', 'admin-pass' );`
  await inWordpress(root, create, "define( 'WP_INSTALLING', true );")
  const upload = `require_once ABSPATH . 'wp-admin/includes/image.php'; require_once ABSPATH . 'wp-admin/includes/file.php'; require_once ABSPATH . 'wp-admin/includes/media.php';
    $image = imagecreatetruecolor( 1200, 900 );
    for ( $y = 0; $y < 900; $y += 3 ) { for ( $x = 0; $x < 1200; $x += 3 ) {
      imagefilledrectangle( $image, $x, $y, $x + 2, $y + 2, imagecolorallocate( $image, ( $x * $y / 99 ) % 256, ( $x / 5 ) % 256, ( $y / 4 ) % 256 ) );
    } }
    $file = wp_tempnam( 'view.jpg' ); imagejpeg( $image, $file, 92 );
    $id = media_handle_sideload( array( 'name' => 'view.jpg', 'tmp_name' => $file ), 0 );
    if ( is_wp_error( $id ) ) { throw new Exception( $id->get_error_message() ); }`
  await inWordpress(root, upload)
}

/** Several definitions on a line, a loop for the keys: as people write it. */
function wpConfig(url: string, socket: string, password: string): string {
  return `<?php
define('DB_NAME','${database}'); define('DB_USER','blog'); define( "DB_PASSWORD" , "${password}" ); define('DB_HOST','localhost:${socket}'); define('DB_CHARSET','utf8mb4'); define('DB_COLLATE','');
foreach (['AUTH_KEY','SECURE_AUTH_KEY','LOGGED_IN_KEY','NONCE_KEY','AUTH_SALT','SECURE_AUTH_SALT','LOGGED_IN_SALT','NONCE_SALT'] as $k) define($k, hash('sha256', $k.'a blog'));
$table_prefix='wp_'; define('WP_HOME','${url}'); define('WP_SITEURL','${url}');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('AUTOMATIC_UPDATER_DISABLED', true); define('FS_METHOD','direct');
if (!defined('ABSPATH')) define('ABSPATH', __DIR__.'/'); require_once ABSPATH.'wp-settings.php';
`
}

function nginxConfig(site: { nginxDirectory: string; port: number; root: string; socket: string }): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `user ${phpUser}; worker_processes 1; pid ${join(site.nginxDirectory, 'nginx.pid')};
events { worker_connections 256; }
http { include /etc/nginx/mime.types; access_log off; gzip on; gzip_types text/css application/javascript;
${temporary.map(name => ` ${name}_temp_path ${join(site.nginxDirectory, 'temporary', name)};`).join('\n')}
 fastcgi_cache_path ${join(site.nginxDirectory, 'cache')} levels=1:2 keys_zone=WP:10m inactive=60m; fastcgi_cache_key "$scheme$request_method$host$request_uri";
 server { listen 127.0.0.1:${site.port}; root ${site.root}; index index.php;
  set $skip 0; if ($request_method = POST) { set $skip 1; } if ($http_cookie ~* "wordpress_logged_in") { set $skip 1; }
  location / { try_files $uri $uri/ /index.php?$args; }
  location ~ \\.php$ { include /etc/nginx/fastcgi_params; fastcgi_param HTTP_HOST $http_host; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
   fastcgi_pass unix:${site.socket}; fastcgi_cache WP; fastcgi_cache_valid 200 301 60m; fastcgi_cache_bypass $skip; fastcgi_no_cache $skip; add_header X-Cache $upstream_cache_status; }
 } }
`
}
