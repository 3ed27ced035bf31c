internal import CLinux
internal import Chunking
internal import Erofs
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// The images of layers that one build has mounted: each once, below a directory of the build, until it ends. What a killed
/// build leaves mounted, the next one finds among the workspaces and unmounts. All calls block.
final class LayerMounts: Sendable {
    /// How the kernel is given an image.
    enum Way: CaseIterable, Sendable {
        /// As a file, which needs no device. Linux 6.12.
        case file
        /// As a loop device.
        case loop
    }

    /// How often a free loop device may turn out to be taken by another process.
    private static let loopAttempts = 16

    private struct State {
        /// `nil` until it was tried.
        var way: Way??
        var trees: [Digest: FilePath] = [:]
        var isClosed = false
    }

    private let workspace: FilePath
    private let ways: [Way]
    private let onRefusal: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - workspace: the name of a new directory on the file system where images are.
    ///   - ways: what is tried, in this order.
    ///   - onRefusal: is told once why no image can be mounted.
    init(in workspace: FilePath, ways: [Way] = Way.allCases, onRefusal: @escaping @Sendable (String) -> Void = { _ in })
    {
        self.workspace = workspace
        self.ways = ways
        self.onRefusal = onRefusal
    }

    deinit { close() }

    /// Whether images can be mounted here. The first call finds out.
    var areAllowed: Bool { state.withLock { way(&$0) != nil } }

    /// Mounts the image of `layer` unless it is mounted.
    /// - Returns: the tree.
    /// - Throws: `io` when it cannot be mounted.
    func tree(of layer: Digest, in image: FilePath) throws(BuildError) -> FilePath {
        try state.withLock { state throws(BuildError) in
            if let tree = state.trees[layer] { return tree }
            guard let way = way(&state), !state.isClosed else {
                throw BuildError(.io, "cannot mount the layer \(layer.short): images of layers cannot be mounted here")
            }
            do throws(Errno) {
                let tree = workspace.appending(String(state.trees.count, radix: 36))
                try Self.mount(image, at: tree, way)
                state.trees[layer] = tree
                return tree
            } catch {
                throw BuildError(
                    .io, "cannot mount the layer \(layer.short): \(error); the kernel's log (dmesg) may say why",
                    cause: error)
            }
        }
    }

    /// Unmounts everything; nothing can be mounted any more. Idempotent.
    func close() {
        state.withLock { state in
            state.isClosed = true
            for tree in state.trees.values { try? FileSystemMount.unmount(tree) }
            state.trees = [:]
        }
        try? TreeWalk.remove(workspace)
    }

    // MARK: Ways

    private func way(_ state: inout State) -> Way? {
        if let way = state.way { return way }
        var reasons: [String] = []
        var found: Way?
        for way in ways where found == nil {
            do {
                try StateFile.makeDirectory(workspace)
                try MountProbe.run(in: workspace.appending("probe")) { image, tree throws(Errno) in
                    try Self.mount(image, at: tree, way)
                }
                found = way
            } catch {
                reasons.append("as a \(way == .file ? "file" : "loop device"): \(error)")
            }
        }
        state.way = .some(found)
        if found == nil { onRefusal(reasons.joined(separator: "; ")) }
        return found
    }

    private static func mount(_ image: FilePath, at tree: FilePath, _ way: Way) throws(Errno) {
        try Errno.check { unsafe tree.withPlatformString { unsafe mkdir($0, 0o700) } }
        let flags = UInt(MS_RDONLY | MS_NODEV | MS_NOSUID)
        switch way {
        case .file: try FileSystemMount.mount("erofs", of: image, at: tree, flags: flags)
        case .loop:
            // From then on the mount keeps the device, which goes away with it.
            try withLoop(image) { path throws(Errno) in
                try FileSystemMount.mount("erofs", of: path, at: tree, flags: flags)
            }
        }
    }

    /// Lends a loop device that shows the image as long as it is open or mounted.
    private static func withLoop(_ image: FilePath, _ body: (FilePath) throws(Errno) -> Void) throws(Errno) {
        let file = try OwnedDescriptor(reading: image)
        let control = try OwnedDescriptor(reading: "/dev/loop-control")
        for _ in 0..<loopAttempts {
            let path = FilePath("/dev/loop\(try Errno.check { linux_free_loop(control.rawValue) })")
            let device = try OwnedDescriptor(reading: path)
            do throws(Errno) {
                try Errno.check { linux_configure_loop(device.rawValue, file.rawValue) }
            } catch .resourceBusy {
                continue
            }
            return try body(path)
        }
        throw .resourceBusy
    }
}
