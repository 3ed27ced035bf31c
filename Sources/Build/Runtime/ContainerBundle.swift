internal import Chunking
internal import Glibc
internal import OCI
internal import SystemPackage

/// The directory that describes one container to a runtime, and what is mounted from it. All calls block.
struct ContainerBundle: Sendable {
    let path: FilePath
    /// The name of the container.
    let id: String

    /// Begins the names of containers, and of their bundles.
    static let idPrefix = "larder-"

    /// Where the runtime keeps track of the container.
    var state: FilePath { Self.state(in: path) }
    /// What went wrong, in the runtime's words.
    var log: FilePath { path.appending("log") }
    private var secrets: FilePath { path.appending("secrets") }

    init(in workspace: FilePath) {
        id = Self.idPrefix + "\(getpid())-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
        path = workspace.appending(id)
    }

    /// Where the runtime keeps track of the container of a bundle.
    static func state(in bundle: FilePath) -> FilePath { bundle.appending("state") }

    /// Writes the bundle.
    /// - Returns: where something will be mounted besides the usual places.
    func make(_ request: ContainerRuntime.Request, root: RootFilesystem) throws -> MountPoints {
        try StateFile.makeDirectory(path)
        try Errno.check { unsafe path.withPlatformString { unsafe chmod($0, 0o700) } }
        var binds: [RuntimeSpecification.Mount] = []
        func add(_ name: String, _ text: [UInt8], at target: String) throws {
            let file = path.appending(name)
            try SmallFile.write(text, to: file, mode: 0o644)
            binds.append(.init(reading: file.string, at: target))
        }
        try add("hosts", Self.hosts(request.settings), at: "/etc/hosts")
        try add("resolv.conf", request.hostNetwork ? Self.resolvers() : [], at: "/etc/resolv.conf")
        if let script = request.script {
            let file = path.appending("script")
            try SmallFile.write(script.bytes, to: file, mode: 0o755)
            binds.append(.init(reading: file.string, at: script.target, isProgram: true))
        }
        // What is mounted below another mount comes after it.
        let own = try makeSecrets(request.secretFiles) + request.mounts.map { .init($0) }
        binds += own.sorted { $0.destination < $1.destination }
        let groups = request.settings.controlGroupParent.map { "\($0)/\(id)" }
        let specification = RuntimeSpecification(request, root: root.merged.string, binds: binds, controlGroups: groups)
        try SmallFile.write(JSONDocument.encode(specification), to: path.appending("config.json"))
        try WorkingDirectory.make(
            LayerPath(request.workingDirectory), in: OpenDirectory(root.merged), for: request.user)
        let places = specification.mounts.map(\.destination).filter { place in
            !place.hasPrefix("/dev/") && place != "/sys/fs/cgroup"
        }
        return try MountPoints(places, in: root)
    }

    /// Unmounts and removes it.
    func remove() throws(Errno) {
        try FileSystemMount.unmount(secrets)
        try TreeWalk.remove(path)
        // The workspace goes with the last container in it.
        _ = unsafe path.removingLastComponent().withPlatformString { unsafe rmdir($0) }
    }

    /// Secrets are in memory only.
    private func makeSecrets(_ files: [ContainerRuntime.SecretFile]) throws -> [RuntimeSpecification.Mount] {
        if files.isEmpty { return [] }
        try StateFile.makeDirectory(secrets)
        try FileSystemMount.mount(
            "tmpfs", at: secrets, flags: UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC), options: "mode=0700")
        return try files.enumerated().map { number, file in
            let path = secrets.appending("\(number)")
            try SmallFile.write(file.bytes, to: path)
            let owner = UserNamespace.present.owner(file.uid, file.gid)
            try Errno.check { unsafe path.withPlatformString { unsafe chown($0, owner.uid, owner.gid) } }
            try Errno.check { unsafe path.withPlatformString { unsafe chmod($0, file.mode & 0o7777) } }
            return RuntimeSpecification.Mount(reading: path.string, at: file.target)
        }
    }

    /// The same on every runner.
    private static func hosts(_ settings: SandboxSettings) -> [UInt8] {
        let extra = settings.extraHosts.map { "\($0.address) \($0.name)\n" }.joined()
        return Array(
            """
            127.0.0.1 localhost \(settings.hostName)
            ::1 localhost ip6-localhost ip6-loopback
            \(extra)
            """.utf8)
    }

    private static func resolvers() throws(Errno) -> [UInt8] {
        do throws(Errno) { return try SmallFile.read("/etc/resolv.conf") } catch .noSuchFileOrDirectory { return [] }
    }
}
