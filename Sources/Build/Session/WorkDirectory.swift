internal import Glibc
internal import SystemPackage

/// The directory that running builds have their workspaces in, locked for as long as the value lives: whoever finds
/// it unlocked knows that what is in it was left by builds that were killed.
final class WorkDirectory: Sendable {
    private let path: FilePath
    private let directory: OpenDirectory

    /// Opens the directory, which is there; what nobody uses any more is ended, unmounted and removed.
    /// - Throws: `io`.
    init(_ path: FilePath) throws(BuildError) {
        self.path = path
        do throws(Errno) {
            directory = try OpenDirectory(path)
            do throws(Errno) {
                try directory.descriptor.lock(shared: false)
                Self.clean(path, directory)
            } catch .resourceTemporarilyUnavailable {}
            try directory.descriptor.lock(shared: true)
        } catch {
            throw BuildError(.io, "The directory \(path) cannot be used: \(error).", cause: error)
        }
    }

    /// A new workspace; whoever asks removes it.
    func newWorkspace() -> FilePath {
        path.appending("\(getpid())-" + String(UInt64.random(in: 0...UInt64.max), radix: 36))
    }

    /// What cannot be removed costs space, not this build.
    private static func clean(_ path: FilePath, _ directory: borrowing OpenDirectory) {
        guard let names = try? directory.names(), !names.isEmpty else { return }
        for name in names { LeftContainers.kill(in: path.appending(String(decoding: name, as: UTF8.self))) }
        // The kernel names mount points as they are, whatever links lead there.
        let real = (try? directory.realPath) ?? path
        for point in MountTable.present.points(below: real) { try? FileSystemMount.unmount(point) }
        for name in names { try? TreeWalk.remove(FileName(name), in: directory) }
    }
}
