/// The system calls that a container may make with any arguments, by what they are about. Runtimes pass over names that
/// their kernel or architecture does not have.
enum SystemCallNames {
    static let all =
        files + descriptors + attributes + memory + processes + identity + signals + time + messages + other

    private static let files = words(
        """
        access chdir chmod chroot creat faccessat faccessat2 fallocate fchdir fchmod fchmodat fchmodat2 ftruncate
        ftruncate64 getcwd getdents getdents64 link linkat listmount lstat lstat64 mkdir mkdirat mknod mknodat
        name_to_handle_at newfstatat open openat openat2 readlink readlinkat rename renameat renameat2 rmdir stat stat64
        statfs statfs64 statmount statx fstat fstat64 fstatat64 fstatfs fstatfs64 symlink symlinkat truncate truncate64
        umask unlink unlinkat chown chown32 fchown fchown32 fchownat lchown lchown32 utime utimes utimensat
        utimensat_time64 futimesat inotify_add_watch inotify_init inotify_init1 inotify_rm_watch fanotify_mark
        """)

    private static let descriptors = words(
        """
        close close_range copy_file_range dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait
        epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 fadvise64 fadvise64_64 fcntl fcntl64 fdatasync flock
        fsync io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit ioctl lseek
        _llseek pipe pipe2 poll ppoll ppoll_time64 pread64 preadv preadv2 pselect6 pselect6_time64 pwrite64 pwritev
        pwritev2 read readahead readv select _newselect sendfile sendfile64 splice sync sync_file_range
        sync_file_range2 arm_sync_file_range arm_fadvise64_64 syncfs tee vmsplice write writev
        """)

    private static let attributes = words(
        """
        fgetxattr flistxattr fremovexattr fsetxattr getxattr getxattrat lgetxattr listxattr listxattrat llistxattr
        lremovexattr lsetxattr removexattr removexattrat setxattr setxattrat
        """)

    private static let memory = words(
        """
        brk cachestat madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mlock mlock2 mlockall mmap
        mmap2 mprotect mremap mseal msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect
        process_mrelease remap_file_pages cacheflush
        """)

    private static let processes = words(
        """
        execve execveat exit exit_group fork vfork wait4 waitid waitpid futex futex_requeue futex_time64 futex_wait
        futex_waitv futex_wake get_robust_list set_robust_list get_thread_area set_thread_area set_tid_address set_tls
        arch_prctl modify_ldt breakpoint getcpu getpriority setpriority getrlimit setrlimit ugetrlimit prlimit64
        getrusage ioprio_get ioprio_set pidfd_open prctl ptrace process_vm_readv process_vm_writev restart_syscall rseq
        sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam
        sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setattr
        sched_setparam sched_setscheduler sched_yield uretprobe
        """)

    private static let identity = words(
        """
        capget capset getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getpgid getpgrp getpid
        getppid getresgid getresgid32 getresuid getresuid32 getsid gettid getuid getuid32 setfsgid setfsgid32 setfsuid
        setfsuid32 setgid setgid32 setgroups setgroups32 setpgid setregid setregid32 setresgid setresgid32 setresuid
        setresuid32 setreuid setreuid32 setsid setuid setuid32
        """)

    private static let signals = words(
        """
        kill pause pidfd_send_signal rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn
        rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaltstack signalfd signalfd4
        sigprocmask sigreturn tgkill tkill
        """)

    private static let time = words(
        """
        adjtimex alarm clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64
        clock_nanosleep clock_nanosleep_time64 getitimer gettimeofday nanosleep setitimer time timer_create timer_delete
        timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create timerfd_gettime
        timerfd_gettime64 timerfd_settime timerfd_settime64 times
        """)

    private static let messages = words(
        """
        accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg recvmmsg_time64
        recvmsg send sendmmsg sendmsg sendto setsockopt shutdown socketcall socketpair ipc mq_getsetattr mq_notify
        mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink msgctl msgget msgrcv
        msgsnd semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt shmget
        """)

    private static let other = words(
        """
        getrandom landlock_add_rule landlock_create_ruleset landlock_restrict_self seccomp sysinfo uname
        """)

    private static func words(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map(String.init)
    }
}
