/** Processors whose system calls we know by number. */
export const ARCHITECTURES = {
  x64: { audit: 0xc000003e, column: 0 },
  arm64: { audit: 0xc00000b7, column: 1 },
} as const;

export type Architecture = keyof typeof ARCHITECTURES;

/** -1 where the processor has no such call. */
type Numbers = readonly [x64: number, arm64: number];

export const CLONE: Numbers = [56, 220];
export const IOCTL: Numbers = [16, 29];
export const SOCKET: Numbers = [41, 198];
export const SOCKETPAIR: Numbers = [53, 199];
export const PRLIMIT: Numbers = [302, 261];
export const SETSID: Numbers = [112, 157];
export const PRCTL: Numbers = [157, 167];

/** Answered with "not permitted": other processes' memory, mounts, modules, clocks, keys, and memory that nobody counts. */
export const NOT_PERMITTED = {
  ptrace: [101, 117],
  syslog: [103, 116],
  personality: [135, 92],
  uselib: [134, -1],
  ustat: [136, -1],
  sysfs: [139, -1],
  vhangup: [153, 58],
  modify_ldt: [154, -1],
  pivot_root: [155, 41],
  _sysctl: [156, -1],
  adjtimex: [159, 171],
  chroot: [161, 51],
  acct: [163, 89],
  settimeofday: [164, 170],
  mount: [165, 40],
  umount2: [166, 39],
  swapon: [167, 224],
  swapoff: [168, 225],
  reboot: [169, 142],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  iopl: [172, -1],
  ioperm: [173, -1],
  create_module: [174, -1],
  init_module: [175, 105],
  delete_module: [176, 106],
  get_kernel_syms: [177, -1],
  query_module: [178, -1],
  quotactl: [179, 60],
  nfsservctl: [180, 42],
  lookup_dcookie: [212, 18],
  clock_settime: [227, 112],
  mbind: [237, 235],
  set_mempolicy: [238, 237],
  get_mempolicy: [239, 236],
  kexec_load: [246, 104],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  migrate_pages: [256, 238],
  unshare: [272, 97],
  move_pages: [279, 239],
  perf_event_open: [298, 241],
  fanotify_init: [300, 262],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  clock_adjtime: [305, 266],
  setns: [308, 268],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  kcmp: [312, 272],
  finit_module: [313, 273],
  kexec_file_load: [320, 294],
  bpf: [321, 280],
  userfaultfd: [323, 282],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  pidfd_getfd: [438, 438],
  process_madvise: [440, 440],
  mount_setattr: [442, 442],
  open_tree_attr: [467, 467],
  quotactl_fd: [443, 443],
  shmget: [29, 194],
  shmat: [30, 196],
  shmctl: [31, 195],
  semget: [64, 190],
  semop: [65, 193],
  semctl: [66, 191],
  semtimedop: [220, 192],
  msgget: [68, 186],
  msgsnd: [69, 189],
  mq_open: [240, 180],
} as const satisfies Readonly<Record<string, Numbers>>;

/** Answered with "no such call", on which programs take the older one that a filter can look into. */
export const NOT_THERE = {
  clone3: [435, 435],
  memfd_create: [319, 279],
  memfd_secret: [447, 447],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
} as const satisfies Readonly<Record<string, Numbers>>;
