internal import Glibc
internal import Subprocess
internal import SystemPackage

/// The OCI runtime of this runner, and how it is called.
struct RuntimeProgram: Sendable {
    private static let names = ["runc", "crun"]
    /// Where distributions put it, for users whose PATH is that of no administrator.
    private static let usualDirectories = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin"]

    let path: FilePath
    private var isCrun: Bool { path.lastComponent?.string == "crun" }

    /// - Throws: `notPermitted` when there is none.
    init() throws(BuildError) {
        let search = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? ""
        let directories = search.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
        for name in Self.names {
            for directory in directories + Self.usualDirectories {
                let path = FilePath(directory).appending(name)
                if unsafe path.withPlatformString({ unsafe access($0, X_OK) }) == 0 {
                    self.path = path
                    return
                }
            }
        }
        throw BuildError(
            .notPermitted,
            "there is no OCI runtime on the PATH, which RUN needs: install runc (apt-get install runc) or crun")
    }

    /// The arguments before a command of the runtime.
    /// - Parameters:
    ///   - state: where it keeps track of its containers.
    ///   - log: where it writes what goes wrong, line by line as JSON.
    func arguments(state: FilePath, log: FilePath) -> [String] {
        let common = ["--root", state.string, "--log", log.string, "--log-format", "json"]
        if Self.canMakeGroups { return common }
        return common + (isCrun ? ["--cgroup-manager=disabled"] : ["--rootless=true"])
    }

    /// Whether control groups can be made, which inside of a container they often cannot. No build needs them, but
    /// with them runtimes keep containers from the host's devices.
    private static var canMakeGroups: Bool {
        unsafe access("/sys/fs/cgroup/cgroup.procs", W_OK) == 0
            || access("/sys/fs/cgroup/devices/cgroup.procs", W_OK) == 0
    }
}
