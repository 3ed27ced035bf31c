// Calls of Linux that Swift's Glibc module does not have.
//
// Headers whose structures other files take from Glibc must not be included: their members would belong to both modules.

#pragma once

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

// fcntl.h hides it without _GNU_SOURCE, which a module that builds on Glibc's cannot define.
static const int linux_O_PATH = 010000000;

// Bits of `resolve` (linux/openat2.h, which older distributions lack).
static const uint64_t linux_RESOLVE_NO_MAGICLINKS = 0x02;
static const uint64_t linux_RESOLVE_IN_ROOT = 0x10;

// No C library wraps it before glibc 2.43; syscall() is variadic, so Swift cannot call it. Linux 5.6.
static inline int linux_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    struct { uint64_t flags, mode, resolve; } how = {flags, mode, resolve};
    // 437 on every architecture.
    return (int)syscall(437, directory, path, &how, sizeof how);
}

// Lets the kernel begin to write a range of a file (SYNC_FILE_RANGE_WRITE). Without _GNU_SOURCE glibc does not declare it.
static inline int linux_begin_writeback(int file, int64_t offset, int64_t count) {
    return (int)syscall(SYS_sync_file_range, file, offset, count, 2);
}

// Gives the calling thread a working directory of its own (CLONE_FS).
static inline int linux_unshare_working_directory(void) {
    return (int)syscall(SYS_unshare, 0x200);
}

// Gives this process, which must have one thread, a user and a mount namespace of its own (CLONE_NEWUSER, CLONE_NEWNS).
static inline int linux_unshare_users_and_mounts(void) {
    return (int)syscall(SYS_unshare, 0x10000000 | 0x20000);
}

// The status of a child once it has ended.
static inline int linux_wait(pid_t child) {
    int status;
    while (syscall(SYS_wait4, child, &status, 0, 0) < 0) {
        if (errno != EINTR) return 127;
    }
    // As waitpid(2) tells an exit from a signal.
    return (status & 0x7f) == 0 ? (status >> 8) & 0xff : 127;
}

// Finds out in a child whether this process may have a user namespace: 0; the number of the error (below 128) when it may
// not; 128 and the number of the error when it may not mount anything in it. Calls only what may be called after fork in a
// process of several threads.
static inline int linux_probe_user_namespace(void) {
    pid_t child = fork();
    if (child < 0) return errno;
    if (child > 0) return linux_wait(child);
    if (linux_unshare_users_and_mounts() < 0) _exit(errno & 127);
    // MS_REC and MS_PRIVATE.
    if (syscall(SYS_mount, "none", "/", 0, 0x4000 | 0x40000, 0) < 0) _exit(128 | (errno & 127));
    _exit(0);
}

// Does what linux_unshare_users_and_mounts does, and has a child that stays outside run two programs then, one after the other: set-id
// programs that say which ids there are inside. `complaints` takes what they write to standard error. Returns the status of
// the first that fails, else 0; -1 with errno when there is no namespace.
static inline int linux_unshare_and_run(char *const first[], char *const second[], int complaints) {
    int gate[2];
    if (pipe(gate) < 0) return -1;
    pid_t child = fork();
    if (child < 0) return -1;
    if (child == 0) {
        char go;
        close(gate[1]);
        if (read(gate[0], &go, 1) != 1) _exit(127);
        close(gate[0]);
        dup2(complaints, 2);
        char *const *programs[] = {first, second};
        for (int number = 0; number < 2; number++) {
            pid_t program = fork();
            if (program == 0) {
                execv(programs[number][0], programs[number]);
                _exit(127);
            }
            int status = program < 0 ? 127 : linux_wait(program);
            if (status != 0) _exit(status);
        }
        _exit(0);
    }
    close(gate[0]);
    int result = linux_unshare_users_and_mounts();
    int error = errno;
    if (result == 0 && write(gate[1], "", 1) != 1) error = errno;
    close(gate[1]);
    int status = linux_wait(child);
    errno = error;
    return result < 0 ? -1 : status;
}

// What a file system is (`f_type` of statfs); -1 with errno when there is no such path.
static inline int64_t linux_file_system_type(const char *path) {
    struct statfs information;
    return statfs(path, &information) == 0 ? (int64_t)information.f_type : -1;
}

// linux/magic.h.
static const int64_t linux_OVERLAYFS_MAGIC = 0x794c7630;

// unistd.h hides it without _GNU_SOURCE.
static inline int linux_syncfs(int descriptor) {
    return (int)syscall(SYS_syncfs, descriptor);
}

// Locks one byte of a file for as long as it is open here (an open file description lock); releases it with F_UNLCK.
// fcntl() is variadic, and fcntl.h hides the commands without _GNU_SOURCE. Linux 3.15.
static inline int linux_lock_byte(int file, int type, int64_t offset, int waits) {
    struct flock lock = {.l_type = (short)type, .l_whence = 0, .l_start = offset, .l_len = 1, .l_pid = 0};
    // F_OFD_SETLKW, F_OFD_SETLK
    return fcntl(file, waits ? 38 : 37, &lock);
}

// The number of a loop device that nobody uses; another process may be quicker to. -1 with errno.
static inline int linux_free_loop(int control) {
    return (int)syscall(SYS_ioctl, control, LOOP_CTL_GET_FREE);
}

// Has a loop device show a file that is not to be written to, until nobody uses the device any more. Linux 5.8.
static inline int linux_configure_loop(int device, int file) {
    struct loop_config config = {
        .fd = (uint32_t)file, .block_size = 4096,
        .info = {.lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR}};
    return (int)syscall(SYS_ioctl, device, LOOP_CONFIGURE, &config);
}

// Macros, which Swift does not import.
static inline dev_t linux_makedev(unsigned int major_number, unsigned int minor_number) {
    return makedev(major_number, minor_number);
}
static inline unsigned int linux_major(dev_t device) { return major(device); }
static inline unsigned int linux_minor(dev_t device) { return minor(device); }

// Many threads that each keep freed memory for themselves would hold several times what is in use: they share two
// arenas, and what is large goes back at once.
static inline void linux_bound_malloc(void) {
#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 4 << 20);
#endif
}
