/// A container as OCI runtimes want it described (`config.json` of the OCI runtime specification 1.0.2). A process sees
/// what it would see in `docker build`.
struct RuntimeSpecification: Encodable {
    struct Process: Encodable {
        let terminal = false
        let user: User
        let args: [String]
        let env: [String]
        let cwd: String
        let capabilities = Capabilities()
        let noNewPrivileges = false
    }

    struct User: Encodable {
        let uid: UInt32
        let gid: UInt32
        let additionalGids: [UInt32]
    }

    /// Docker's default.
    struct Capabilities: Encodable {
        private static let names = [
            "CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_MKNOD",
            "CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID",
            "CAP_SYS_CHROOT",
        ]
        let bounding = names
        let effective = names
        let permitted = names
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

        init(_ type: String, at destination: String, _ options: [String]) {
            self.destination = destination
            self.type = type
            source = type
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

            /// All but the devices that every container has, which runtimes add.
            let devices = [Device(allow: false, access: "rwm")]
        }

        let namespaces: [Namespace]
        let resources = Resources()
        let maskedPaths = [
            "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug",
            "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware",
        ]
        let readonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
    }

    /// The same on every runner: programs write it into what they make.
    static let hostName = "buildkitsandbox"

    let ociVersion = "1.0.2"
    let process: Process
    let root: Root
    let hostname = hostName
    let mounts: [Mount]
    let linux: Linux

    /// - Parameter binds: what is mounted besides the file systems that every container has.
    init(_ request: ContainerRuntime.Request, root: String, binds: [Mount]) {
        let user = request.user
        process = Process(
            user: User(uid: user.uid, gid: user.gid, additionalGids: user.additionalGroups), args: request.arguments,
            env: request.environment, cwd: request.workingDirectory)
        self.root = Root(path: root)
        mounts = Self.fileSystems + binds
        let shared = ["pid", "ipc", "uts", "mount"]
        linux = Linux(namespaces: (request.hostNetwork ? shared : shared + ["network"]).map { .init(type: $0) })
    }

    private static let fileSystems = [
        Mount("proc", at: "/proc", ["nosuid", "noexec", "nodev"]),
        Mount("tmpfs", at: "/dev", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
        Mount(
            "devpts", at: "/dev/pts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
        Mount("tmpfs", at: "/dev/shm", ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
        Mount("mqueue", at: "/dev/mqueue", ["nosuid", "noexec", "nodev"]),
        Mount("sysfs", at: "/sys", ["nosuid", "noexec", "nodev", "ro"]),
    ]
}
