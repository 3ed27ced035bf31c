internal import Glibc
internal import SystemPackage

/// A container as OCI runtimes want it described (`config.json` of the OCI runtime specification 1.0.2). A process sees
/// what it would see in `docker build`.
struct RuntimeSpecification: Encodable {
    struct Process: Encodable {
        let terminal = false
        let user: User
        let args: [String]
        let env: [String]
        let cwd: String
        let capabilities: Capabilities
        let rlimits: [ResourceLimit]
        let noNewPrivileges = false
    }

    struct ResourceLimit: Encodable {
        let type: String
        let soft: UInt64
        let hard: UInt64

        init(_ limit: SandboxSettings.ResourceLimit) {
            type = "RLIMIT_" + limit.name.uppercased()
            soft = limit.soft
            hard = limit.hard
        }
    }

    struct User: Encodable {
        let uid: UInt32
        let gid: UInt32
        let additionalGids: [UInt32]
    }

    struct Capabilities: Encodable {
        let bounding: [String]
        let effective: [String]
        let permitted: [String]

        init(_ names: [String]) {
            (bounding, effective, permitted) = (names, names, names)
        }

        /// Docker's default.
        static let usual = [
            "CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_MKNOD",
            "CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID",
            "CAP_SYS_CHROOT",
        ]
    }

    struct Root: Encodable {
        let path: String
        let readonly = false
    }

    struct Mount: Encodable {
        let destination: String
        let type: String
        let source: String
        let options: [String]

        /// A file or directory of the host, which the container can read.
        init(reading source: String, at destination: String, isProgram: Bool = false) {
            self.destination = destination
            type = "bind"
            self.source = source
            options = ["bind", "ro", "nosuid", "nodev"] + (isProgram ? [] : ["noexec"])
        }

        init(_ mount: ContainerMount) {
            destination = mount.target
            let access = mount.isReadOnly ? "ro" : "rw"
            switch mount.content {
            case .files(let path):
                type = "bind"
                source = path.string
                options = ["bind", access] + Self.locked(path)
            case .memory(let size):
                type = "tmpfs"
                source = "tmpfs"
                options = ["nosuid", access] + (size.map { ["size=\($0)"] } ?? [])
            }
        }

        /// What a mount of `path` must keep of the one that it is on: in a user namespace nobody can take it away.
        private static func locked(_ path: FilePath) -> [String] {
            var information = statvfs()
            guard !UserNamespace.present.isInitial,
                unsafe path.withPlatformString({ unsafe statvfs($0, &information) }) == 0
            else { return [] }
            // statvfs(3).
            let flags: [(bit: UInt, name: String)] = [(2, "nosuid"), (4, "nodev"), (8, "noexec")]
            return flags.filter { information.f_flag & $0.bit != 0 }.map(\.name)
        }

        init(_ type: String, at destination: String, source: String? = nil, _ options: [String]) {
            self.destination = destination
            self.type = type
            self.source = source ?? type
            self.options = options
        }
    }

    struct Linux: Encodable {
        struct Namespace: Encodable {
            let type: String
        }

        struct Resources: Encodable {
            struct Device: Encodable {
                let allow: Bool
                let access: String
            }

            let devices: [Device]
        }

        let namespaces: [Namespace]
        let resources: Resources
        let cgroupsPath: String?
        let maskedPaths: [String]
        let readonlyPaths: [String]
        let seccomp: SystemCallFilter?

        /// What tells about the machine or changes it.
        static let masked = [
            "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
            "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap",
            "/sys/firmware",
        ]
        static let readonly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
    }

    let ociVersion = "1.0.2"
    let process: Process
    let root: Root
    let hostname: String
    let mounts: [Mount]
    let linux: Linux

    /// - Parameters:
    ///   - binds: what is mounted besides the file systems that every container has.
    ///   - controlGroups: the path of its control groups; `nil` for the runtime's choice.
    init(_ request: ContainerRuntime.Request, root: String, binds: [Mount], controlGroups: String?) {
        let (user, settings, isInsecure) = (request.user, request.settings, request.isInsecure)
        // As Docker has it, so that a group can take rights away (CVE-2022-36109).
        let groups = [user.gid] + user.additionalGroups
        process = Process(
            user: User(uid: user.uid, gid: user.gid, additionalGids: groups), args: request.arguments,
            env: request.environment, cwd: request.workingDirectory,
            capabilities: Capabilities(isInsecure ? Privileges.allNames : Capabilities.usual),
            rlimits: settings.resourceLimits.map(ResourceLimit.init))
        self.root = Root(path: root)
        hostname = settings.hostName
        mounts = Self.fileSystems(request) + binds
        let shared = ["pid", "ipc", "uts", "mount"]
        linux = Linux(
            namespaces: (request.hostNetwork ? shared : shared + ["network"]).map { .init(type: $0) },
            // But for an insecure process no devices but those that every container has, which runtimes add.
            resources: Linux.Resources(devices: [.init(allow: isInsecure, access: "rwm")]),
            cgroupsPath: controlGroups, maskedPaths: isInsecure ? [] : Linux.masked,
            readonlyPaths: isInsecure ? [] : Linux.readonly, seccomp: isInsecure ? nil : .usual)
    }

    private static func fileSystems(_ request: ContainerRuntime.Request) -> [Mount] {
        // Not every user namespace has the group of terminals.
        let group = UserNamespace.present.contains(group: 5) ? ["gid=5"] : []
        return [
            Mount("proc", at: "/proc", ["nosuid", "noexec", "nodev"]),
            Mount("tmpfs", at: "/dev", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
            Mount(
                "devpts", at: "/dev/pts",
                ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"] + group),
            Mount(
                "tmpfs", at: "/dev/shm",
                ["nosuid", "noexec", "nodev", "mode=1777", "size=\(request.settings.sharedMemorySize)"]),
            Mount("mqueue", at: "/dev/mqueue", ["nosuid", "noexec", "nodev"]),
        ] + system(request)
    }

    /// `/sys`. Only the owner of a network namespace may mount it, so in a user namespace it is the machine's, without the
    /// control groups that are mounted in it.
    private static func system(_ request: ContainerRuntime.Request) -> [Mount] {
        let options = ["nosuid", "noexec", "nodev", request.isInsecure ? "rw" : "ro"]
        guard request.hostNetwork, !UserNamespace.present.isInitial else {
            return [Mount("sysfs", at: "/sys", options)]
        }
        var mounts = [Mount("bind", at: "/sys", source: "/sys", ["rbind"] + options)]
        if unsafe access("/sys/fs/cgroup", F_OK) == 0 {
            mounts.append(Mount("tmpfs", at: "/sys/fs/cgroup", ["nosuid", "noexec", "nodev", "ro", "mode=755"]))
        }
        return mounts
    }
}
