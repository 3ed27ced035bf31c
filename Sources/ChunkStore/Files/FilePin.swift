internal import Synchronization

/// Keeps a chunk file from being removed, as long as it is referred to: a record was appended to it whose row is yet to be
/// committed.
final class FilePin: Sendable {
    private let file: UInt32
    private let appender: ChunkAppender

    init(_ file: UInt32, of appender: ChunkAppender) {
        self.file = file
        self.appender = appender
    }

    deinit {
        appender.unpin(file)
    }
}

extension ChunkAppender {
    /// Whether records of the file may still be about to be committed. Never again true for a sealed file once it is false.
    func isPinned(_ file: UInt32) -> Bool {
        state.withLock { $0.pins[file] != nil }
    }

    fileprivate func unpin(_ file: UInt32) {
        state.withLock { state in
            guard let count = state.pins[file] else { return }
            state.pins[file] = count > 1 ? count - 1 : nil
        }
    }
}
