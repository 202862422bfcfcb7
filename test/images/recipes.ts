/** The content of each workload image. An image depends on its recipe alone. */

export interface Recipe {
  /** Reference of the image, e.g. `web:1.0`. */
  tag: string;
  /** Debian packages that the host may lack. */
  packages: string[];
  /** Programs by absolute path; the libraries that they link to are added. */
  programs: string[];
  /** Text files by absolute path. */
  files: Record<string, string>;
  /** Empty directories by absolute path. */
  directories: string[];
  /** Symbolic links: path -> target. */
  links: Record<string, string>;
  /** Configuration of the image, as `docker import --change` takes it. */
  changes: string[];
  /** Default: SIGTERM. */
  stopSignal?: string;
}

const base: Pick<Recipe, 'packages' | 'programs' | 'files' | 'directories' | 'links'> = {
  packages: ['busybox'],
  programs: ['/bin/busybox'],
  files: {
    '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnginx:x:101:101:nginx:/nonexistent:/bin/false\n',
    '/etc/group': 'root:x:0:\nnginx:x:101:\n',
    '/etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\nservices: files\n',
  },
  directories: ['/root', '/tmp', '/run', '/proc', '/sys', '/dev', '/var/tmp'],
  links: {},
};

const nginxConfiguration = `user nginx;
worker_processes 1;
error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;
events { worker_connections 1024; }
http {
  types { text/html html; text/css css; text/plain txt; application/json json; }
  default_type application/octet-stream;
  access_log /var/log/nginx/access.log;
  sendfile on;
  keepalive_timeout 65;
  server {
    listen 80;
    server_name _;
    root /usr/share/nginx/html;
    index index.html;
    # Which pod answered, for tests of load balancing.
    location = /hostname { default_type text/plain; return 200 "$hostname\\n"; }
    location = /client { default_type text/plain; return 200 "$remote_addr\\n"; }
  }
}
`;

const page = (version: number): string =>
  `<!DOCTYPE html>\n<html><head><title>web</title></head><body><h1>version ${version}</h1></body></html>\n`;

/**
 * Like the official nginx image: logs are links to the standard streams, and nginx becomes a daemon unless told
 * otherwise.
 */
const web = (tag: string, version: number): Recipe => ({
  tag,
  packages: [...base.packages, 'nginx', 'libpcre2-8-0', 'libssl3', 'libcrypt1', 'zlib1g'],
  programs: [...base.programs, '/usr/sbin/nginx'],
  files: {
    ...base.files,
    '/etc/nginx/nginx.conf': nginxConfiguration,
    '/usr/share/nginx/html/index.html': page(version),
  },
  directories: [...base.directories, '/var/lib/nginx', '/var/log/nginx'],
  links: { '/var/log/nginx/access.log': '/dev/stdout', '/var/log/nginx/error.log': '/dev/stderr' },
  // nginx finishes the requests under way.
  stopSignal: 'SIGQUIT',
  changes: [
    'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'EXPOSE 80',
    'CMD ["nginx","-g","daemon off;"]',
  ],
});

export const recipes: Recipe[] = [
  web('web:1.0', 1),
  web('web:2.0', 2),
  {
    ...base,
    tag: 'busybox:1',
    changes: ['ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'CMD ["sh"]'],
  },
  {
    ...base,
    tag: 'client:1',
    packages: [...base.packages, 'bash', 'curl', 'libcurl4', 'ldnsutils', 'libldns3', 'libssl3'],
    programs: [...base.programs, '/bin/bash', '/usr/bin/curl', '/usr/bin/drill'],
    changes: ['ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'CMD ["bash"]'],
  },
];
