internal import Chunking
internal import Synchronization

/// What one command has mounted, and what is to be cleared away when it has ended.
final class PreparedMounts: Sendable {
    private struct State {
        var mounts: [ContainerMount] = []
        var secretFiles: [ContainerRuntime.SecretFile] = []
        var variables: [String] = []
        var changed: [LayerPath] = []
        var releases: [@Sendable () async -> Void] = []
    }

    private let state = Mutex(State())

    var mounts: [ContainerMount] { state.withLock { $0.mounts } }
    var secretFiles: [ContainerRuntime.SecretFile] { state.withLock { $0.secretFiles } }
    /// `NAME=value`, for this command only.
    var variables: [String] { state.withLock { $0.variables } }
    /// Files of the context that had other bytes than the step's key says.
    var changed: [LayerPath] { state.withLock { $0.changed } }

    func add(_ mount: ContainerMount) { state.withLock { $0.mounts.append(mount) } }
    func add(_ file: ContainerRuntime.SecretFile) { state.withLock { $0.secretFiles.append(file) } }
    func add(variable: String) { state.withLock { $0.variables.append(variable) } }
    func add(changed paths: [LayerPath]) { state.withLock { $0.changed += paths } }

    /// Has `body` run when the command has ended; what was added last runs first.
    func onRelease(_ body: @escaping @Sendable () async -> Void) {
        state.withLock { $0.releases.append(body) }
    }

    /// Clears everything away.
    func release() async {
        let releases = state.withLock { state in
            defer { state.releases = [] }
            return state.releases
        }
        for release in releases.reversed() { await release() }
    }
}
