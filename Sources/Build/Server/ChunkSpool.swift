internal import Chunking
internal import SystemPackage

/// Chunks from the server in a file without a name, until the layers they belong to are put together.
///
/// Tasks claim chunks before they fetch them, so that layers fetched at the same time fetch each chunk once; threads
/// that read a chunk wait until it has arrived.
final class ChunkSpool: Sendable {
    private enum Slot {
        case awaited
        case at(UInt64)
        case failed(any Error)
    }

    private struct State {
        var slots: [Digest: Slot] = [:]
        var end: UInt64 = 0
        var users = 0
    }

    private let file: OpenFile
    private let state = Monitor(State())

    /// Makes the file in `directory`.
    /// - Throws: `io`.
    init(in directory: FilePath) throws(BuildError) {
        file = try OpenFile(unlinkedIn: directory)
    }

    /// Says that a layer is going to be read. When the last one ends, the space is given back.
    func begin() {
        state.update { $0.users += 1 }
    }

    /// Ends what ``begin()`` began.
    func end() {
        state.update { state in
            state.users -= 1
            guard state.users == 0 else { return }
            state.slots = [:]
            state.end = 0
            file.truncate()
        }
    }

    /// The chunks of `ids` that are neither here nor claimed by others; whoever gets them fetches them.
    func claim(_ ids: [Digest]) -> [Digest] {
        state.update { state in
            ids.filter { id in
                switch state.slots[id] {
                case nil, .failed:
                    state.slots[id] = .awaited
                    return true
                case .awaited, .at: return false
                }
            }
        }
    }

    /// Those of `ids` that have not arrived.
    func lacking(_ ids: [Digest]) -> [Digest] {
        state.update { state in
            ids.filter { if case .at = state.slots[$0] { false } else { true } }
        }
    }

    /// Those of `ids` that have not arrived never will.
    func fail(_ ids: [Digest], _ error: any Error) {
        state.update { state in
            for id in ids {
                if case .awaited = state.slots[id] { state.slots[id] = .failed(error) }
            }
        }
    }

    /// Those of `ids` that are here are to be fetched again by whoever wants them next.
    func forget(_ ids: [Digest]) {
        state.update { state in
            for id in ids {
                if case .at = state.slots[id] { state.slots[id] = nil }
            }
        }
    }

    /// Keeps `chunks`, whose bytes follow each other in `bytes`. Blocks.
    /// - Throws: `io`.
    func put(_ chunks: [ChunkReference], _ bytes: RawSpan) throws {
        let start = state.update { state in
            defer { state.end += UInt64(bytes.byteCount) }
            return state.end
        }
        try file.write(bytes, at: start)
        state.update { state in
            var offset = start
            for chunk in chunks {
                if case .at = state.slots[chunk.id] {} else { state.slots[chunk.id] = .at(offset) }
                offset += UInt64(chunk.length)
            }
        }
    }

    /// Reads a part of a chunk that was claimed, waiting until it has arrived. Blocks.
    /// - Throws: why it did not arrive; `io`.
    func read(_ chunk: ChunkReference, offset: Int, into buffer: inout [UInt8], count: Int) throws {
        let start = try state.wait { state -> UInt64? in
            switch state.slots[chunk.id] {
            case .at(let start): return start
            case .awaited: return nil
            case .failed(let error): throw error
            case nil: throw BuildError(.corrupt, "The chunk \(chunk.id.short) was never asked for.")
            }
        }
        try file.read(into: &buffer, count: count, at: start + UInt64(offset))
    }
}
