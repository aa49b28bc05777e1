/* A storage layer for tests: under a process and all its children it records what they do to one folder, in order, and
 * can give that folder a small disk. Loaded by LD_PRELOAD; needs no privilege, no ptrace and no mount.
 *
 * A seccomp filter sends the calls that change files as SIGSYS to a handler of ours, which makes the call itself,
 * marked by a last argument that the filter lets through. So calls that pass the C library by (Rust's rustix makes
 * some) are seen too. The filter outlives exec; it asks for no call that the loader makes before we are loaded again.
 *
 *   STORAGE_FOLDER  the folder, absolute and free of symbolic links
 *   STORAGE_RECORD  file that the record is appended to (it exists already)
 *   STORAGE_ROOM    file of eight bytes, the room that is left on the disk, shared by all processes
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <ucontext.h>
#include <unistd.h>

#define MARK 0x5ea4c4a9u
#define MOST_PARTS 60

/* The record: a header, then two paths and the bytes written. The names are those of record.py. */
enum { CREATE = 1, WRITE, TRUNCATE, SYNC, RENAME, LINK, UNLINK, MKDIR, RMDIR, TOLD, SYNC_ALL, NAMELESS };
struct header {
  uint32_t kind, first, second, size;
  uint64_t inode;
  int64_t offset;
};

static char folder[PATH_MAX];
static size_t folder_length;
static int record = -1;
static int64_t *room;
static int tells; /* what this process prints is recorded: it is the one that was started */

static long call(long number, long a, long b, long c, long d, long e) {
  long result = syscall(number, a, b, c, d, e, (long)MARK);
  return result == -1 ? -errno : result;
}

static int watched(const char *path) {
  return !strncmp(path, folder, folder_length) && (path[folder_length] == '/' || !path[folder_length]);
}

static int path_of(int fd, char *path) {
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  path[length > 0 ? length : 0] = 0;
  return watched(path);
}

/* Make a name of a call absolute; return whether it lies in the folder. */
static int resolve(int at, const char *name, char *path) {
  if (name[0] == '/') {
    snprintf(path, PATH_MAX, "%s", name);
    return watched(path);
  }
  char base[PATH_MAX] = "";
  if (at == AT_FDCWD) {
    if (!getcwd(base, sizeof base)) base[0] = 0;
  } else {
    path_of(at, base);
  }
  if ((size_t)snprintf(path, PATH_MAX, "%s/%s", base, name) >= PATH_MAX) abort();
  return watched(path);
}

static void append(int kind, uint64_t inode, int64_t offset, const char *first, const char *second,
                   const struct iovec *content, int parts, size_t size) {
  if (record < 0) return;
  struct header header = {kind, strlen(first), strlen(second), size, inode, offset};
  struct iovec all[MOST_PARTS + 3] = {
      {&header, sizeof header}, {(void *)first, header.first}, {(void *)second, header.second}};
  int count = 3;
  for (int part = 0; part < parts && size; part++) {
    size_t length = content[part].iov_len < size ? content[part].iov_len : size;
    all[count++] = (struct iovec){content[part].iov_base, length};
    size -= length;
  }
  if (call(SYS_writev, record, (long)all, count, 0, 0) < 0) abort();
}

static void note(int kind, uint64_t inode, const char *first, const char *second) {
  append(kind, inode, 0, first, second, NULL, 0, 0);
}

static int full(void) { return room && __atomic_load_n(room, __ATOMIC_SEQ_CST) <= 0; }

static void give_back(int64_t bytes) {
  if (room) __atomic_add_fetch(room, bytes, __ATOMIC_SEQ_CST);
}

/* Take room for as many of the bytes as there is; return how many. */
static int64_t take(int64_t wanted) {
  if (!room || wanted <= 0) return wanted;
  int64_t left = __atomic_load_n(room, __ATOMIC_SEQ_CST), taken;
  do taken = left <= 0 ? 0 : wanted < left ? wanted : left;
  while (!__atomic_compare_exchange_n(room, &left, left - taken, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
  return taken;
}

static long open_file(int at, const char *name, long flags, long mode) {
  char path[PATH_MAX];
  struct stat before, after;
  if (!resolve(at, name, path)) return call(SYS_openat, at, (long)name, flags, mode, 0);
  int nameless = (flags & O_TMPFILE) == O_TMPFILE; /* the name is that of a folder */
  int existed = !nameless && !fstatat(at, name, &before, 0);
  if (!existed && full()) return -ENOSPC;
  long fd = call(SYS_openat, at, (long)name, flags, mode, 0);
  if (fd < 0 || fstat(fd, &after) || !S_ISREG(after.st_mode)) return fd;
  if (!existed) note(nameless ? NAMELESS : CREATE, after.st_ino, path, "");
  if (existed && flags & O_TRUNC) {
    give_back(before.st_size);
    note(TRUNCATE, after.st_ino, path, "");
  }
  return fd;
}

static long write_file(int fd, const struct iovec *content, int parts, int64_t place) {
  char path[PATH_MAX] = "";
  struct stat before, after;
  struct iovec kept[MOST_PARTS];
  size_t size = 0;
  parts = parts < MOST_PARTS ? parts : MOST_PARTS; /* fewer written than asked for is allowed */
  for (int part = 0; part < parts; part++) size += content[part].iov_len;
  int regular = !fstat(fd, &before) && S_ISREG(before.st_mode) && path_of(fd, path);
  if (!regular) {
    long result = call(SYS_writev, fd, (long)content, parts, 0, 0);
    if (fd == 1 && tells && result > 0) append(TOLD, 0, 0, "", "", content, parts, result);
    return result;
  }
  int64_t start = place >= 0 ? place : fcntl(fd, F_GETFL) & O_APPEND ? before.st_size : lseek(fd, 0, SEEK_CUR);
  int64_t growth = start + (int64_t)size - before.st_size, taken = take(growth);
  int64_t allowed = growth > taken ? (int64_t)size - (growth - taken) : (int64_t)size;
  if (size && allowed <= 0) return -ENOSPC;
  int count = 0;
  for (int64_t rest = allowed; count < parts && rest > 0; count++) {
    kept[count] = content[count];
    if ((int64_t)kept[count].iov_len > rest) kept[count].iov_len = rest;
    rest -= kept[count].iov_len;
  }
  long result = place >= 0 ? call(SYS_pwritev, fd, (long)kept, count, place, 0)
                           : call(SYS_writev, fd, (long)kept, count, 0, 0);
  if (result > 0) {
    if (fcntl(fd, F_GETFL) & O_APPEND && !fstat(fd, &after)) start = after.st_size - result;
    append(WRITE, before.st_ino, start, path, "", kept, count, result);
  }
  return result;
}

static long copy_range(int from, off_t *from_at, int to, off_t *to_at, size_t size) {
  char content[1 << 14];
  struct iovec part = {content, size < sizeof content ? size : sizeof content};
  off_t start = from_at ? *from_at : lseek(from, 0, SEEK_CUR);
  long result = call(SYS_pread64, from, (long)content, part.iov_len, start, 0);
  if (result <= 0) return result;
  part.iov_len = result;
  result = write_file(to, &part, 1, to_at ? *to_at : -1);
  if (result <= 0) return result;
  if (from_at) *from_at += result; else lseek(from, result, SEEK_CUR);
  if (to_at) *to_at += result;
  return result;
}

static long truncate_file(int fd, long length) {
  char path[PATH_MAX];
  struct stat before;
  int seen = !fstat(fd, &before) && path_of(fd, path);
  long result = call(SYS_ftruncate, fd, length, 0, 0, 0);
  if (seen && !result) {
    if (length < before.st_size) give_back(before.st_size - length);
    append(TRUNCATE, before.st_ino, length, path, "", NULL, 0, 0);
  }
  return result;
}

static long sync_file(long number, int fd) {
  char path[PATH_MAX];
  struct stat about;
  long result = call(number, fd, 0, 0, 0, 0);
  if (!result && !fstat(fd, &about) && path_of(fd, path)) note(SYNC, about.st_ino, path, "");
  return result;
}

static long rename_file(int from_at, const char *from, int to_at, const char *to, long flags) {
  char first[PATH_MAX], second[PATH_MAX];
  struct stat replaced;
  int seen = resolve(from_at, from, first) | resolve(to_at, to, second);
  if (seen && flags & RENAME_EXCHANGE) return -EINVAL;
  int replaces = seen && !fstatat(to_at, to, &replaced, AT_SYMLINK_NOFOLLOW) && S_ISREG(replaced.st_mode);
  long result = call(SYS_renameat2, from_at, (long)from, to_at, (long)to, flags);
  if (seen && !result) {
    if (replaces && replaced.st_nlink == 1) give_back(replaced.st_size);
    note(RENAME, 0, first, second);
  }
  return result;
}

static long link_file(int from_at, const char *from, int to_at, const char *to, long flags) {
  char first[PATH_MAX], second[PATH_MAX];
  struct stat about;
  resolve(from_at, from, first);
  int seen = resolve(to_at, to, second);
  if (seen && full()) return -ENOSPC;
  long result = call(SYS_linkat, from_at, (long)from, to_at, (long)to, flags);
  if (seen && !result && !fstatat(to_at, to, &about, AT_SYMLINK_NOFOLLOW)) note(LINK, about.st_ino, first, second);
  return result;
}

static long unlink_file(int at, const char *name, long flags) {
  char path[PATH_MAX];
  struct stat about;
  int seen = resolve(at, name, path), known = !fstatat(at, name, &about, AT_SYMLINK_NOFOLLOW);
  long result = call(SYS_unlinkat, at, (long)name, flags, 0, 0);
  if (seen && !result) {
    if (known && S_ISREG(about.st_mode) && about.st_nlink == 1) give_back(about.st_size);
    note(flags & AT_REMOVEDIR ? RMDIR : UNLINK, 0, path, "");
  }
  return result;
}

static long make_folder(int at, const char *name, long mode) {
  char path[PATH_MAX];
  struct stat about;
  int seen = resolve(at, name, path);
  if (seen && full() && fstatat(at, name, &about, 0)) return -ENOSPC;
  long result = call(SYS_mkdirat, at, (long)name, mode, 0, 0);
  if (seen && !result && !fstatat(at, name, &about, 0)) note(MKDIR, about.st_ino, path, "");
  return result;
}

static long disk_size(long number, long what, struct statfs *answer) {
  char path[PATH_MAX];
  long result = call(number, what, (long)answer, 0, 0, 0);
  int seen = number == SYS_statfs ? resolve(AT_FDCWD, (const char *)what, path) : path_of(what, path);
  if (!result && room && seen) {
    int64_t left = __atomic_load_n(room, __ATOMIC_SEQ_CST);
    answer->f_bavail = answer->f_bfree = left > 0 ? left / answer->f_bsize : 0;
  }
  return result;
}

static long sync_all(long number, long fd) {
  long result = call(number, fd, 0, 0, 0, 0);
  note(SYNC_ALL, 0, "", "");
  return result;
}

static long serve(long number, const long *a) {
  struct iovec one = {(void *)a[1], (size_t)a[2]};
  switch (number) {
#ifdef SYS_open
    case SYS_open: return open_file(AT_FDCWD, (char *)a[0], a[1], a[2]);
    case SYS_creat: return open_file(AT_FDCWD, (char *)a[0], O_CREAT | O_WRONLY | O_TRUNC, a[1]);
    case SYS_rename: return rename_file(AT_FDCWD, (char *)a[0], AT_FDCWD, (char *)a[1], 0);
    case SYS_link: return link_file(AT_FDCWD, (char *)a[0], AT_FDCWD, (char *)a[1], 0);
    case SYS_unlink: return unlink_file(AT_FDCWD, (char *)a[0], 0);
    case SYS_rmdir: return unlink_file(AT_FDCWD, (char *)a[0], AT_REMOVEDIR);
    case SYS_mkdir: return make_folder(AT_FDCWD, (char *)a[0], a[1]);
#endif
#ifdef SYS_renameat
    case SYS_renameat: return rename_file(a[0], (char *)a[1], a[2], (char *)a[3], 0);
#endif
    case SYS_openat: return open_file(a[0], (char *)a[1], a[2], a[3]);
    case SYS_write: return write_file(a[0], &one, 1, -1);
    case SYS_pwrite64: return write_file(a[0], &one, 1, a[3]);
    case SYS_writev: return write_file(a[0], (struct iovec *)a[1], a[2], -1);
    case SYS_copy_file_range: return copy_range(a[0], (off_t *)a[1], a[2], (off_t *)a[3], a[4]);
    case SYS_ftruncate: return truncate_file(a[0], a[1]);
    case SYS_fsync:
    case SYS_fdatasync: return sync_file(number, a[0]);
    case SYS_renameat2: return rename_file(a[0], (char *)a[1], a[2], (char *)a[3], a[4]);
    case SYS_linkat: return link_file(a[0], (char *)a[1], a[2], (char *)a[3], a[4]);
    case SYS_unlinkat: return unlink_file(a[0], (char *)a[1], a[2]);
    case SYS_mkdirat: return make_folder(a[0], (char *)a[1], a[2]);
    case SYS_statfs:
    case SYS_fstatfs: return disk_size(number, a[0], (struct statfs *)a[1]);
    case SYS_sync:
    case SYS_syncfs: return sync_all(number, a[0]);
  }
  return -ENOSYS;
}

static void on_call(int signal, siginfo_t *info, void *context) {
  (void)signal;
  int before = errno;
#if defined __x86_64__
  greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
  long a[] = {r[REG_RDI], r[REG_RSI], r[REG_RDX], r[REG_R10], r[REG_R8]};
  r[REG_RAX] = serve(info->si_syscall, a);
#elif defined __aarch64__
  unsigned long long *r = ((ucontext_t *)context)->uc_mcontext.regs;
  long a[] = {r[0], r[1], r[2], r[3], r[4]};
  r[0] = serve(info->si_syscall, a);
#else
#error "this processor's registers are not known here"
#endif
  errno = before;
}

static const int SERVED[] = {
#ifdef SYS_open
    SYS_creat, SYS_rename, SYS_link, SYS_unlink, SYS_rmdir, SYS_mkdir,
#endif
#ifdef SYS_renameat
    SYS_renameat,
#endif
    SYS_write, SYS_pwrite64, SYS_writev, SYS_ftruncate, SYS_fsync, SYS_fdatasync, SYS_renameat2, SYS_linkat,
    SYS_unlinkat, SYS_mkdirat, SYS_statfs, SYS_fstatfs, SYS_sync, SYS_syncfs, SYS_copy_file_range};
/* Ways to write that every program has another for. */
static const int REFUSED[] = {SYS_sendfile, SYS_splice, SYS_pwritev, SYS_pwritev2,
                              SYS_fallocate,       SYS_truncate, SYS_openat2, 425 /* io_uring_setup */};
#define COUNT(list) (sizeof(list) / sizeof *(list))

static void filter(void) {
  enum { NUMBER = offsetof(struct seccomp_data, nr), ARGUMENT = offsetof(struct seccomp_data, args) };
  struct sock_filter code[128];
  int n = 0;
  /* our own calls pass */
  code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARGUMENT + 5 * 8);
  code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MARK, 0, 1);
  code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NUMBER);
  for (size_t i = 0; i < COUNT(SERVED); i++) {
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SERVED[i], 0, 1);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
  }
  for (size_t i = 0; i < COUNT(REFUSED); i++) {
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, REFUSED[i], 0, 1);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
  }
  /* opening matters where it makes or empties a file; the loader never does */
  static const int OPENING[][2] = {{SYS_openat, 2},
#ifdef SYS_open
                                   {SYS_open, 1},
#endif
  };
  for (size_t i = 0; i < COUNT(OPENING); i++) {
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OPENING[i][0], 0, 4);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARGUMENT + OPENING[i][1] * 8);
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY), 0, 1);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  }
  code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {n, code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)) {
    perror("storage layer: seccomp");
    _exit(97);
  }
}

__attribute__((constructor)) static void start(void) {
  const char *name = getenv("STORAGE_FOLDER"), *file;
  if (!name) return;
  folder_length = strlen(strncpy(folder, name, sizeof folder - 1));
  if ((file = getenv("STORAGE_RECORD"))) {
    int fd = open(file, O_WRONLY | O_APPEND | O_CLOEXEC);
    record = fcntl(fd, F_DUPFD_CLOEXEC, 800); /* out of the way of the program's own */
    close(fd);
    if (record < 0) _exit(98);
  }
  if ((file = getenv("STORAGE_ROOM"))) {
    int fd = open(file, O_RDWR | O_CLOEXEC);
    room = mmap(NULL, sizeof *room, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (room == MAP_FAILED) _exit(99);
  }
  struct sigaction action = {.sa_sigaction = on_call, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART};
  sigaction(SIGSYS, &action, NULL);
  if (getenv("STORAGE_STARTED")) return; /* a child: the filter is there */
  tells = 1;
  setenv("STORAGE_STARTED", "1", 1);
  filter();
}
