public import Chunking
internal import Glibc
internal import Synchronization
public import SystemPackage

/// A chain of unpacked layers mounted as one writable tree by overlayfs. All calls block.
///
/// Below the chain lies a layer of the mount points that every container has, so that a runtime need not make them in
/// the upper directory, where they would get into the layer of a RUN.
public final class RootFilesystem: Sendable {
    /// How many lower directories overlayfs takes (`OVL_MAX_STACK`).
    private static let lowerMaximum = 500

    /// The mounted tree.
    public let merged: FilePath
    /// Where changes go.
    public let upper: FilePath
    private let workspace: FilePath
    /// What is below ``upper``, from top to bottom.
    private let lowers: [FilePath]
    private let isMounted = Mutex(true)
    /// What a runtime made in the upper directory only to mount something on it.
    private let stubs = Mutex<Set<LayerPath>>([])

    /// Mounts `chain` (all in `layers`) below `workspace`, a new directory that is removed with the mount. Works
    /// with up to 500 layers.
    /// - Parameter hasMountPoints: whether a container is to run in it.
    /// - Throws: `notPermitted` saying which right is missing (CAP_SYS_ADMIN, overlayfs), `io`.
    public convenience init(
        mounting chain: [Digest], from layers: LocalLayers, workspace: FilePath, hasMountPoints: Bool = true
    ) throws(BuildError) {
        try self.init(workspace, hasMountPoints) {
            try LowerLayers(chain, in: layers, implied: workspace.appending("implied"))
        }
    }

    /// Mounts a directory as a tree that can be written to without changing it, as ``init(mounting:from:workspace:)`` does.
    /// - Throws: `notPermitted`, `io`.
    convenience init(mounting directory: FilePath, workspace: FilePath) throws(BuildError) {
        try self.init(workspace, false) { LowerLayers(directory) }
    }

    private init(
        _ workspace: FilePath, _ hasMountPoints: Bool, _ lower: () throws -> LowerLayers
    ) throws(BuildError) {
        self.workspace = workspace
        merged = workspace.appending("merged")
        upper = workspace.appending("upper")
        do {
            try StateFile.makeDirectory(workspace)
            try Self.check(workspace)
            let lower = try lower()
            lowers = lower.directories
            try Self.mount(lower, workspace, merged: merged, upper: upper, hasMountPoints)
        } catch {
            try? TreeWalk.remove(workspace)
            throw Self.failure(error, workspace)
        }
    }

    /// Unmounts; the upper directory stays until ``discard()`` or until it is adopted. Idempotent.
    /// - Throws: `notPermitted`, `io`.
    public func unmount() throws(BuildError) {
        do throws(Errno) {
            try isMounted.withLock { isMounted throws(Errno) in
                guard isMounted else { return }
                try FileSystemMount.unmount(merged)
                isMounted = false
                try removeStubs()
                try ExplicitWhiteouts.make(in: upper, over: lowers)
            }
        } catch {
            throw Self.failure(error, workspace)
        }
    }

    /// Unmounts and removes the workspace. Idempotent.
    public func discard() {
        try? unmount()
        try? TreeWalk.remove(workspace)
    }

    /// Has `paths` leave the upper directory with the mount, unless something was put there.
    func add(stubs paths: Set<LayerPath>) {
        stubs.withLock { $0.formUnion(paths) }
    }

    private func removeStubs() throws(Errno) {
        let directory = try OpenDirectory(upper)
        for path in stubs.withLock({ $0 }).sorted(by: >) {
            do throws(Errno) {
                let parent = try directory.directory(inside: path.parent ?? .root)
                let name = FileName(path.name)
                if try parent.status(name).kind == .directory {
                    try parent.removeDirectory(name)
                } else {
                    try parent.remove(name)
                }
            } catch  where [.noSuchFileOrDirectory, .notDirectory, .directoryNotEmpty, .fileExists].contains(error) {
                // Something else is there, or nothing.
            }
        }
    }

    /// overlayfs keeps its whiteouts in devices and attributes that it cannot make on another overlayfs, and in user
    /// namespaces on file systems whose users can give files none.
    private static func check(_ workspace: FilePath) throws {
        guard try !FileSystemMount.isOverlay(workspace) else {
            throw BuildError(
                .notPermitted,
                "\(workspace) is on overlayfs, as the file system of a container is, and overlayfs cannot write to "
                    + "another overlayfs: put the state directory on a volume or another disk")
        }
        guard !UserNamespace.present.isInitial else { return }
        do throws(Errno) {
            try OpenDirectory(workspace).setOpaque(FileName("."))
            try OpenDirectory(workspace).removeAttribute(Whiteout.opaqueAttribute)
        } catch {
            throw BuildError(
                .notPermitted,
                "\(workspace) is on a file system whose files have no attributes by users (\(error)), which overlayfs needs "
                    + "where a build does not run as root: put the state directory on another disk", cause: error)
        }
    }

    private static func mount(
        _ lower: LowerLayers, _ workspace: FilePath, merged: FilePath, upper: FilePath, _ hasMountPoints: Bool
    ) throws {
        let (work, links) = (workspace.appending("work"), workspace.appending("lower"))
        for directory in [merged, upper, work, links] { try StateFile.makeDirectory(directory) }
        var directories = lower.directories
        let points = workspace.appending("points")
        if hasMountPoints, directories.count < lowerMaximum {
            try MountPoints.make(in: points)
            directories.append(points)
        } else if directories.isEmpty {
            // overlayfs wants one at least.
            try StateFile.makeDirectory(points)
            directories.append(points)
        }
        guard directories.count <= lowerMaximum else {
            throw BuildError(
                .io, "the image has \(directories.count) layers, and overlayfs takes \(lowerMaximum); join some of them"
            )
        }
        try lower.copyRoot(to: upper)
        // The kernel takes one page of options: names are short, and relative to the directory of the links.
        for (number, directory) in directories.enumerated() {
            try OpenDirectory(links).makeLink(
                FileName(String(number, radix: 36)), to: FileName(directory.string))
        }
        let names = directories.indices.map { String($0, radix: 36) }.joined(separator: ":")
        // Renamed directories and changed attributes must be whole in the upper directory, since it becomes a layer;
        // `userxattr` implies it.
        let kind = UserNamespace.present.isInitial ? "metacopy=off,redirect_dir=off" : "userxattr"
        let options = "lowerdir=\(names),upperdir=../upper,workdir=../work,index=off,\(kind)"
        try ThreadDirectory.run(in: links) { () throws(Errno) in
            do throws(Errno) {
                // Nothing in it has to outlive a power failure, so a RUN need not wait for the disk. Linux 5.10.
                try FileSystemMount.mount("overlay", at: "../merged", options: options + ",volatile")
            } catch .invalidArgument {
                try FileSystemMount.mount("overlay", at: "../merged", options: options)
            }
        }
    }

    private static func failure(_ error: any Error, _ workspace: FilePath) -> BuildError {
        guard let error = error as? Errno else {
            return (error as? BuildError) ?? BuildError(.io, "cannot mount below \(workspace): \(error)", cause: error)
        }
        let what = "cannot mount a root filesystem at \(workspace)"
        if error == .operationNotSupportedByDevice {
            return BuildError(
                .notPermitted, "\(what): the kernel has no overlayfs; load its module with 'modprobe overlay'",
                cause: error)
        }
        guard !error.isDenial || UserNamespace.present.isInitial else {
            return BuildError(
                .notPermitted,
                "\(what): \(error); users other than root may mount overlayfs since Linux 5.11: build as root, or with a "
                    + "newer kernel", cause: error)
        }
        guard !error.isDenial else {
            return BuildError(.notPermitted, "\(what): \(error); \(Privileges.advice)", cause: error)
        }
        return BuildError(.io, "\(what): \(error); the kernel's log (dmesg) may say why", cause: error)
    }
}
