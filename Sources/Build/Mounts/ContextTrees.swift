internal import Chunking
internal import Synchronization
internal import SystemPackage

/// Copies of parts of the build context for mounts to show: owned by root and without what is ignored, as in an image,
/// and the same however the context changes. Each part is copied once in a build.
final class ContextTrees: Sendable {
    /// One copy.
    struct Tree: Sendable {
        /// The name of what was copied in ``directory``: a directory or a file.
        static let name = "tree"

        let directory: FilePath
        /// Files that had other bytes than the step's key says.
        let changed: [LayerPath]
    }

    private let state: StateDirectory
    private let tasks = Mutex<[Digest: Task<Tree, any Error>]>([:])

    init(_ state: StateDirectory) {
        self.state = state
    }

    /// The copy of what was found.
    /// - Throws: `changed`, `io`.
    func tree(of found: ContextScan.Found) async throws -> Tree {
        let task = tasks.withLock { tasks in
            if let task = tasks[found.key] { return task }
            let directory = state.newWorkspace()
            let task = Task { try await Self.make(found, in: directory) }
            tasks[found.key] = task
            return task
        }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// Removes all copies; nothing may use them any more.
    func discard() async {
        for task in tasks.withLock({ tasks in
            defer { tasks = [:] }
            return Array(tasks.values)
        }) {
            guard let tree = try? await task.value else { continue }
            await Uncancelled.run { try? TreeWalk.remove(tree.directory) }
        }
    }

    private static func make(_ found: ContextScan.Found, in directory: FilePath) async throws -> Tree {
        var links = HardLinks()
        let items = (found.first?.files ?? []).map { file in
            links.item(Self.item(file), file.file.map { HardLinks.File(source: 0, number: $0) })
        }
        let isCancelled = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await BlockingThreads.run {
                try StateFile.makeDirectory(directory)
                do {
                    return try fill(directory, items, unless: isCancelled)
                } catch {
                    try? TreeWalk.remove(directory)
                    throw error
                }
            }
        } onCancel: {
            isCancelled.set()
        }
    }

    private static func fill(
        _ directory: FilePath, _ items: [CopyLayer.Item], unless isCancelled: CancellationFlag
    ) throws -> Tree {
        let changes = ChangeLog()
        let source = CopyLayer(items: items).source { changes.add($0) }
        let unpacked = try LayerUnpacker.unpack(into: directory) { write in
            try source { bytes in
                if isCancelled.isSet { throw CancellationError() }
                try write(bytes)
            }
        }
        for (item, entry) in zip(items, unpacked.result.entries?.entries ?? []) {
            guard let expected = item.entry.content, entry.content != expected else { continue }
            changes.add(item.entry.path)
        }
        return Tree(directory: directory, changed: changes.paths)
    }

    /// The context itself is a directory like any, since what it is like depends on the checkout.
    private static func item(_ file: CopySource.File) -> CopyLayer.Item {
        var entry = file.entry
        if entry.path == .root { (entry.mode, entry.xattrs) = (0o755, []) }
        entry.path = LayerPath(Tree.name).joining(file.path)
        return CopyLayer.Item(entry: entry, content: file.content)
    }
}
