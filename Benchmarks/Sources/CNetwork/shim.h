// Calls of Linux that Swift's Glibc module does not have: glibc declares them for GNU programs only, or they take any number of
// arguments.
#pragma once

#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// setns(2) with CLONE_NEWNET: this thread is in another network namespace from now on.
static inline int network_enter_namespace(int file) {
    return (int)syscall(SYS_setns, file, 0x40000000);
}

// Makes an interface of this name out of a file of /dev/net/tun: TUNSETIFF with IFF_TUN and IFF_NO_PI, IP packets with nothing before
// them. See Documentation/networking/tuntap.rst of Linux.
static inline int network_make_tunnel(int file, const char *name) {
    // struct ifreq: 16 bytes of a name, and a union in which flags are the first two.
    struct { char name[16]; uint16_t flags; char rest[22]; } request = {.flags = 0x0001 | 0x1000};
    strncpy(request.name, name, sizeof request.name - 1);
    return (int)syscall(SYS_ioctl, file, 0x400454ca, &request);
}

// Waits until there is something to read, at most so long: ppoll(2), since poll(2) knows whole milliseconds.
static inline int network_wait(int file, int64_t microseconds) {
    struct { int file; short events, found; } entry = {file, 0x001, 0};
    struct { int64_t seconds, nanoseconds; } timeout = {microseconds / 1000000, microseconds % 1000000 * 1000};
    return (int)syscall(SYS_ppoll, &entry, 1, &timeout, 0, 8);
}
