internal import Glibc
internal import SystemPackage

/// The rights of this process, for messages that name the missing one.
enum Privileges {
    /// Capabilities (by their number in linux/capability.h) that unpacking, mounting and running need.
    private static let needed: [(bit: UInt64, name: String)] = [
        (0, "CAP_CHOWN"), (1, "CAP_DAC_OVERRIDE"), (3, "CAP_FOWNER"), (4, "CAP_FSETID"), (5, "CAP_KILL"),
        (6, "CAP_SETGID"), (7, "CAP_SETUID"), (8, "CAP_SETPCAP"), (18, "CAP_SYS_CHROOT"), (21, "CAP_SYS_ADMIN"),
        (27, "CAP_MKNOD"), (31, "CAP_SETFCAP"),
    ]

    /// The names of all capabilities, by their number in linux/capability.h.
    private static let names = [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
        "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
        "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
        "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
        "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
        "CHECKPOINT_RESTORE",
    ]

    /// What an insecure container may have: all that this process can hand on.
    static var allNames: [String] {
        let bounding = capabilities("CapBnd:") ?? 0
        let effective = capabilities("CapEff:") ?? 0
        return names.enumerated().filter { (bounding & effective) >> UInt64($0.offset) & 1 == 1 }.map {
            "CAP_\($0.element)"
        }
    }

    /// What to do about a refusal.
    static var advice: String {
        guard geteuid() == 0 else {
            let obstacle = NamespaceObstacle.present
            return "this needs root, or a user namespace\(obstacle.map { "; \($0)" } ?? "")"
        }
        let missing = missingNames
        guard missing.isEmpty else {
            return "this process lacks \(missing.joined(separator: ", ")): run it as root outside of a container, "
                + "or in one that has these rights"
        }
        guard UserNamespace.present.isInitial else {
            return "the process is root in a user namespace only, and something forbids what its root may do: in a "
                + "container, docker's '--security-opt seccomp=unconfined --security-opt systempaths=unconfined' allow it"
        }
        return "the process has all capabilities it needs, so a security module or the file system refuses"
    }

    /// What the process needs and does not have.
    static var missingNames: [String] {
        guard let effective = capabilities("CapEff:") else { return [] }
        return needed.filter { effective >> $0.bit & 1 == 0 }.map(\.name)
    }

    /// A set of capabilities of this process as bits, from `/proc/self/status`; `nil` when it cannot be read.
    static func capabilities(_ field: String) -> UInt64? {
        guard let text = try? SmallFile.read("/proc/self/status") else { return nil }
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") where line.hasPrefix(field) {
            return UInt64(line.dropFirst(field.utf8.count).drop { $0 == "\t" || $0 == " " }, radix: 16)
        }
        return nil
    }
}
