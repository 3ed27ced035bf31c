// Requests to valgrind's tool callgrind, which are instructions without effect where a program runs without it. Where the
// package valgrind is not installed, they are nothing, and nothing can be counted.
#pragma once

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#define CALLGRIND_START_INSTRUMENTATION (void)0
#define CALLGRIND_STOP_INSTRUMENTATION (void)0
#define CALLGRIND_ZERO_STATS (void)0
#define CALLGRIND_DUMP_STATS_AT(name) (void)(name)
#endif

static inline int valgrind_is_running(void) { return RUNNING_ON_VALGRIND; }

/// From here on instructions of all threads count.
static inline void callgrind_begin(void) {
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
}

/// Writes what was counted into a file of its own, with `name` in it, and counts no more.
static inline void callgrind_end(const char *name) {
    CALLGRIND_DUMP_STATS_AT(name);
    CALLGRIND_STOP_INSTRUMENTATION;
}
