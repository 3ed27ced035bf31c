internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// How a build by another user than root gets the rights that it needs: in a user namespace of its own, with a mount
/// namespace, in which the user is root (rootless).
public enum RootlessMode {
    private static let request = "LARDER_ENTERS_USER_NAMESPACE"
    private static let state = Mutex(State())

    private struct State {
        var hasEntered = false
        /// Why there is only one user in the namespace.
        var lack: String?
    }

    /// Enters the namespace when a build is to follow, or when ``restart()`` has asked for it; to be called before there is a
    /// second thread. Where this process is root already, or may have no namespace, nothing happens: a build can still do
    /// what needs no rights.
    /// - Throws: `notPermitted` when the process is of no use any more.
    public static func enter(toBuild: Bool) throws(BuildError) {
        let isAsked = unsafe getenv(request) != nil
        unsafe unsetenv(request)
        let (user, group) = (geteuid(), getegid())
        guard isAsked || toBuild, user != 0, NamespaceObstacle.present == nil else { return }
        state.withLock { $0.hasEntered = true }
        do throws(Errno) {
            if let lack = try makeNamespace(user, group) {
                state.withLock { $0.lack = lack }
                try mapOne(user, group)
            }
            tell(user, group)
        } catch {
            throw BuildError(
                .notPermitted, "the user namespace to build in cannot be set up: \(error); build as root", cause: error)
        }
    }

    /// Becomes this program again, with the same arguments, to build in the namespace; nothing must have been begun yet.
    /// Returns where ``enter(toBuild:)`` would do nothing.
    public static func restart() {
        guard geteuid() != 0, !state.withLock({ $0.hasEntered }), NamespaceObstacle.present == nil else { return }
        unsafe setenv(request, "1", 1)
        // What this process blocks the next one would, too.
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
        var words = unsafe CommandLine.arguments.map { unsafe strdup($0) } + [nil]
        unsafe execv("/proc/self/exe", &words)
        unsafe unsetenv(request)
    }

    /// Why all files belong to one user here; `nil` when they do not.
    static var lack: String? {
        guard UserNamespace.present.hasOneUser else { return nil }
        return state.withLock { $0.lack } ?? "this user namespace has one user only"
    }

    // MARK: Entering

    /// Makes the namespaces, with all ids that the user may use.
    /// - Returns: why there are none in it yet; `nil` when there are.
    private static func makeNamespace(_ user: uid_t, _ group: gid_t) throws(Errno) -> String? {
        guard let name = SubordinateIDs.name(of: user) else {
            try unshareAlone()
            return "user \(user) is not in /etc/passwd, so it can have no subordinate ids"
        }
        let search = ProgramPath.standard + ":/usr/local/bin:/usr/bin:/bin"
        func find(_ tool: IDMapAdvice.Tool) -> FilePath? { ProgramPath.find(tool.rawValue, in: search) }
        guard let userTool = find(.users), let groupTool = find(.groups) else {
            try unshareAlone()
            return IDMapAdvice.missing(IDMapAdvice.Tool.allCases.filter { find($0) == nil }, osRelease: osRelease)
        }
        let (users, groups) = (try? SmallFile.read("/etc/subuid"), try? SmallFile.read("/etc/subgid"))
        if let lack = IDMapAdvice.withoutRanges(name, user, users: users, groups: groups) {
            try unshareAlone()
            return lack
        }
        func arguments(_ own: UInt32, _ file: [UInt8]?) -> [String] {
            let stretches = SubordinateIDs.stretches(of: name, user, in: file ?? [])
            return SubordinateIDs.arguments(process: getpid(), own: own, stretches)
        }
        // Groups first: without them there must be no users either.
        return try run(
            [groupTool.string] + arguments(group, groups), [userTool.string] + arguments(user, users)
        ).map { IDMapAdvice.failed($0) { find($0)?.string ?? $0.rawValue } }
    }

    private static var osRelease: [UInt8] {
        (try? SmallFile.read("/etc/os-release")) ?? (try? SmallFile.read("/usr/lib/os-release")) ?? []
    }

    private static func unshareAlone() throws(Errno) {
        try Errno.check { linux_unshare_users_and_mounts() }
    }

    /// Makes the namespaces and has two programs fill them.
    /// - Returns: what the programs complained of.
    private static func run(_ first: [String], _ second: [String]) throws(Errno) -> String? {
        guard let file = unsafe tmpfile() else { throw Errno(rawValue: errno) }
        defer { unsafe fclose(file) }
        let descriptor = unsafe fileno(file)
        var firstWords = unsafe first.map { unsafe strdup($0) } + [nil]
        var secondWords = unsafe second.map { unsafe strdup($0) } + [nil]
        let status = try Errno.check { unsafe linux_unshare_and_run(&firstWords, &secondWords, descriptor) }
        if status == 0 { return nil }
        var text = [UInt8](repeating: 0, count: 1000)
        let count = unsafe pread(descriptor, &text, text.count, 0)
        let words = String(decoding: text.prefix(max(0, count)), as: UTF8.self)
        return words.split(separator: "\n").first.map(String.init) ?? "newuidmap failed with status \(status)"
    }

    /// Makes the user root of the namespace, and nobody else there; what a program has given it stays, since it can be given
    /// once only.
    private static func mapOne(_ user: uid_t, _ group: gid_t) throws(Errno) {
        if try SmallFile.read("/proc/self/gid_map").isEmpty {
            try write("deny", to: "/proc/self/setgroups")
            try write("0 \(group) 1\n", to: "/proc/self/gid_map")
        }
        if try SmallFile.read("/proc/self/uid_map").isEmpty { try write("0 \(user) 1\n", to: "/proc/self/uid_map") }
    }

    private static func write(_ text: String, to path: String) throws(Errno) {
        let file = try Errno.check { unsafe open(path, O_WRONLY | O_CLOEXEC) }
        defer { close(file) }
        let bytes = Array(text.utf8)
        try Errno.check { unsafe Glibc.write(file, bytes, bytes.count) }
    }

    /// Tells podman and buildah, which --load may run, whose root this is, as 'podman unshare' does.
    private static func tell(_ user: uid_t, _ group: gid_t) {
        unsafe setenv("_CONTAINERS_USERNS_CONFIGURED", "done", 1)
        unsafe setenv("_CONTAINERS_ROOTLESS_UID", "\(user)", 1)
        unsafe setenv("_CONTAINERS_ROOTLESS_GID", "\(group)", 1)
    }
}
