import { says, type Abuse, type Seen } from './abuse.ts';

const connect = (targets: string, more = ''): string => `
import socket
for family, address in (${targets}):
    try:
        s = socket.socket(family, socket.SOCK_STREAM)
        s.settimeout(1)
        s.connect(address)
        print("reached", s.recv(99))
    except OSError as e:
        print("no")
${more}
`;

const allNo = (count: number): ((seen: Seen) => boolean) => says(Array.from({ length: count }, () => 'no').join('\n'));

const LEAVE_FILES = 'ls -A /tmp /dev/shm /workspace | grep left; touch /tmp/left /dev/shm/left left; ls -A /tmp';

/** Reading what is not theirs, and reaching anybody. */
export const REACH: readonly Abuse[] = [
  {
    name: 'the services of the host, and of its cloud',
    language: 'python',
    attack: {
      code: ({ port }) =>
        connect(
          `(socket.AF_INET, ("127.0.0.1", ${port})), (socket.AF_INET6, ("::1", ${port})), (socket.AF_INET, ("169.254.169.254", 80)), (socket.AF_INET, ("10.0.0.1", 80))`,
        ),
      holds: allNo(4),
    },
    twin: {
      code: 'import socket\ns = socket.create_server(("127.0.0.1", 0))\nc = socket.create_connection(s.getsockname())\ns.accept()[0].sendall(b"own")\nprint(c.recv(9).decode())',
      holds: says('own'),
    },
  },
  {
    name: 'sockets of the host, with a file and without',
    language: 'python',
    attack: {
      code: ({ abstractSocket, socketFile }) =>
        connect(`(socket.AF_UNIX, "\\0${abstractSocket}"), (socket.AF_UNIX, "${socketFile}")`),
      holds: allNo(2),
    },
    twin: {
      code: 'import socket\na, b = socket.socketpair()\na.sendall(b"own")\nprint(b.recv(9).decode())',
      holds: says('own'),
    },
  },
  {
    name: 'kinds of sockets that no namespace holds',
    language: 'python',
    attack: {
      // AF_NETLINK, AF_PACKET, AF_ALG, AF_VSOCK, AF_BLUETOOTH
      code: 'import socket\nfor f in (16, 17, 38, 40, 31):\n    try:\n        socket.socket(f, socket.SOCK_RAW)\n        print("open")\n    except OSError as e: print(e.errno)',
      holds: says('97\n97\n97\n97\n97'),
    },
  },
  {
    name: 'names on the network',
    language: 'bash',
    attack: {
      code: 'getent hosts example.com || echo no; (exec 3<>/dev/tcp/127.0.0.1/22) 2> /dev/null || echo no',
      holds: allNo(2),
    },
    twin: { code: 'getent hosts localhost > /dev/null && echo known', holds: says('known') },
  },
  {
    name: 'files of the host',
    language: 'bash',
    attack: {
      code: `for f in /etc/shadow /root /home /var /boot /sys /work /srv /run/docker.sock /proc/1/root/etc/shadow ${process.cwd()}; do test -e "$f" && echo "sees $f"; done; echo end`,
      holds: says('end'),
    },
    twin: { code: 'echo hi > a; cat ../workspace/a', holds: says('hi') },
  },
  {
    name: "the host's settings below /usr, where npm keeps keys",
    language: 'bash',
    attack: {
      code: 'for f in /usr/local/etc/* /usr/etc/*; do test -e "$f" && echo "$f"; done; (: > /usr/local/etc/x) 2> /dev/null && echo wrote; echo end',
      holds: says('end'),
    },
  },
  {
    name: 'the secrets of the service in /proc',
    language: 'bash',
    attack: {
      code: 'cat /proc/*/environ /proc/*/cmdline 2> /dev/null | tr "\\0" "\\n"',
      holds: ({ stdout }) => !stdout.includes('canary') && !stdout.includes(process.cwd()),
    },
    twin: { code: 'echo $GIVEN', job: { env: { GIVEN: 'mine' } }, holds: says('mine') },
  },
  {
    name: "the host's kernel in /proc",
    language: 'bash',
    attack: {
      code: 'cat /proc/cmdline /proc/kallsyms /proc/keys /proc/kcore /proc/modules 2> /dev/null | wc -c; ls -d /proc/[0-9]* | wc -l',
      holds: ({ stdout }) => {
        const [bytes, processes] = stdout.trim().split('\n').map(Number);
        return bytes === 0 && processes !== undefined && processes < 8;
      },
    },
  },
  {
    name: 'descriptors of the service',
    language: 'python',
    attack: {
      code: 'import os\nown = os.open("/proc/self/fd", 0)\nprint(sorted(int(n) for n in os.listdir("/proc/self/fd") if int(n) != own and os.path.exists(f"/proc/self/fd/{n}")))',
      holds: says('[0, 1, 2]'),
    },
    twin: {
      code: 'print("by name", file=open("/dev/stdout", "w"))',
      holds: says('by name'),
    },
  },
  {
    name: 'links, pipes and folders among the files brought back',
    language: 'python',
    attack: {
      code: 'import os\nos.symlink("/etc/passwd", "a.txt")\nos.symlink("/proc/self/environ", "b.txt")\nos.mkfifo("c.txt")\nos.mkdir("d.txt")\nos.symlink("/etc", "e")\nos.symlink("..", "up")',
      job: { collect: ['**'] },
      holds: ({ result }) =>
        result.files.every(({ path }) => path.startsWith('main.')) && result.status === 'SUCCEEDED',
    },
    twin: {
      code: 'import os\nos.makedirs("out/deep")\nopen("out/deep/a.txt", "w").write("kept")',
      job: { collect: ['out/**'] },
      holds: ({ result }) =>
        result.files.some(({ path, bytes }) => path === 'out/deep/a.txt' && String(bytes) === 'kept'),
    },
  },
  {
    name: 'files of the execution before',
    language: 'bash',
    attack: { code: LEAVE_FILES, holds: says('left') },
    // The same once more: of the first there must be nothing.
    twin: { code: LEAVE_FILES, holds: says('left') },
  },
  {
    name: 'the memory of the process that started it',
    language: 'python',
    attack: {
      code: `
found = 0
try:
    with open("/proc/1/maps") as maps, open("/proc/1/mem", "rb", 0) as memory:
        for line in maps:
            begin, end = (int(x, 16) for x in line.split()[0].split("-"))
            try:
                memory.seek(begin)
                found += memory.read(end - begin).count(b"can" + b"ary-")
            except (OSError, OverflowError, ValueError): pass
except OSError: pass
print(found)
`,
      holds: says('0'),
    },
  },
  {
    name: 'devices',
    language: 'bash',
    attack: {
      code: 'for d in mem kmsg kvm vda sda fuse net/tun; do test -e /dev/$d && echo "sees $d"; done; echo end',
      holds: says('end'),
    },
    twin: {
      code: 'echo x > /dev/null && head -c 4 /dev/zero | wc -c && head -c 8 /dev/urandom | wc -c',
      holds: says('4\n8'),
    },
  },
];
