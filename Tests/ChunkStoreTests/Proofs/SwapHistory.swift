import Synchronization
import SystemPackage

@testable import ChunkStore

/// Records each step with which a rebuild puts its index in place of another, to make the states of the root that a loss
/// of power can leave: after each prefix of the steps, with any of those that were not synced kept or lost.
final class SwapHistory: Sendable {
    enum Step {
        /// Names that are there when the first step is taken, and may not be durable.
        case make(String)
        case rename(String, to: String)
        case remove(String, in: String)
        case removeDirectory(String)
        case sync
    }

    private struct State {
        var steps: [Step] = []
        /// The root as it was before the first step.
        var base: TemporaryRoot?
        var durable: Set<String> = []
        /// How many steps still work; `nil` for all.
        var left: Int?
    }

    private static let swapped = ["index", "index.new", "index.old", "check.tmp"]

    private let root: FilePath
    private let recordsSyncs: Bool
    private let state: Mutex<State>

    /// - Parameters:
    ///   - left: after so many steps all others fail with `EIO`.
    ///   - recordsSyncs: whether syncs of the root are steps; if not, that is a planted bug.
    init(of root: FilePath, left: Int? = nil, recordsSyncs: Bool = true) throws {
        self.root = root
        self.recordsSyncs = recordsSyncs
        var state = State()
        state.durable = Set(try RootLayout.names(in: root))
        state.left = left
        self.state = Mutex(state)
    }

    var steps: [Step] { state.withLock { $0.steps } }
    /// Directories in the root that have been synced.
    var durable: Set<String> { state.withLock { $0.durable } }

    /// A disk that is recorded.
    var disk: Disk {
        let system = Disk.system
        var disk = system
        disk.rename = { [self] old, new throws(Errno) in
            try take(.rename(name(old), to: name(new)))
            try system.rename(old, new)
        }
        disk.remove = { [self] path throws(Errno) in
            let directory = path.removingLastComponent()
            if directory.removingLastComponent() == root, Self.swapped.contains(name(directory)) {
                try take(.remove(name(path), in: name(directory)))
            }
            try system.remove(path)
        }
        disk.removeDirectory = { [self] path throws(Errno) in
            try take(.removeDirectory(name(path)))
            try system.removeDirectory(path)
        }
        disk.syncDirectory = { [self] path throws(Errno) in
            if path == root { try takeSync() }
            try system.syncDirectory(path)
            state.withLock { state in
                if path == root { state.durable.formUnion((try? RootLayout.names(in: root)) ?? []) }
                state.durable.insert("\(name(path))/")
            }
        }
        return disk
    }

    private func name(_ path: FilePath) -> String { path.lastComponent?.string ?? "" }

    private func takeSync() throws(Errno) {
        guard recordsSyncs else { return }
        // Before the first step it only makes names durable.
        if state.withLock({ $0.base == nil }) { return }
        try take(.sync)
    }

    private func take(_ step: Step) throws(Errno) {
        try state.withLock { state throws(Errno) in
            if state.base == nil { try begin(&state) }
            if let left = state.left {
                guard left > 0 else { throw .ioError }
                state.left = left - 1
            }
            state.steps.append(step)
        }
    }

    private func begin(_ state: inout State) throws(Errno) {
        guard let copy = try? TemporaryRoot.inMemory(), (try? copyTree(root, to: copy.root)) != nil,
            let names = try? RootLayout.names(in: root)
        else { throw .ioError }
        state.base = copy
        state.steps = Set(names).subtracting(state.durable).sorted().map(Step.make)
    }
}

extension SwapHistory {
    /// Lends each state that a crash can leave to `body`, with a text that names it.
    func forEachState(_ body: (TemporaryRoot, String) throws -> Void) throws {
        let (steps, base) = state.withLock { ($0.steps, $0.base) }
        guard let base else { return }
        for end in 0...steps.count {
            let taken = steps[..<end]
            let synced = taken.lastIndex { if case .sync = $0 { true } else { false } }.map { $0 + 1 } ?? 0
            let pending = Array(taken[synced...])
            // Together with the prefix without the last step, those that lack it have been tried.
            for kept in 0..<(1 << pending.count) where pending.isEmpty || kept >> (pending.count - 1) == 1 {
                let chosen = pending.indices.filter { kept >> $0 & 1 == 1 }.map { pending[$0] }
                let image = try TemporaryRoot.inMemory()
                try copyTree(base.root, to: image.root)
                for case .make(let name) in steps where !Self.has(taken[..<synced] + chosen, made: name) {
                    TemporaryRoot.remove(image.root.appending(name))
                }
                for step in taken[..<synced] + chosen { Self.apply(step, to: image.root) }
                try body(image, "\(end) of \(steps.count) steps, \(Array(taken[..<synced])) synced, \(chosen) kept")
            }
        }
    }

    private static func has(_ steps: ArraySlice<Step>, made name: String) -> Bool {
        steps.contains { if case .make(name) = $0 { true } else { false } }
    }

    /// Takes a step if what it needs is there.
    private static func apply(_ step: Step, to root: FilePath) {
        switch step {
        case .make, .sync: break
        case .rename(let old, let new): try? Disk.system.rename(root.appending(old), root.appending(new))
        case .remove(let name, let directory):
            try? Disk.system.remove(root.appending(directory).appending(name))
        // Its entry is lost, whatever is left in it.
        case .removeDirectory(let name): TemporaryRoot.remove(root.appending(name))
        }
    }
}
