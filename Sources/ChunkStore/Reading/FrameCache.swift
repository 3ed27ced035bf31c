internal import Chunking
internal import Synchronization

/// A frame's uncompressed bytes and where its chunks are in them.
final class DecodedFrame: Sendable {
    let bytes: [UInt8]
    private let ranges: [Digest: Range<Int>]

    init(chunks: [ChunkReference], bytes: [UInt8]) {
        self.bytes = bytes
        var ranges: [Digest: Range<Int>] = [:]
        ranges.reserveCapacity(chunks.count)
        var offset = 0
        for chunk in chunks {
            ranges[chunk.id] = offset..<(offset + Int(chunk.length))
            offset += Int(chunk.length)
        }
        self.ranges = ranges
    }

    /// Whether a chunk called `id` is in this frame.
    func holds(_ id: Digest) -> Bool { ranges[id] != nil }

    /// Where the bytes of `chunk` are; `nil` when they are not in this frame, whatever the index says.
    func range(of chunk: ChunkReference) -> Range<Int>? {
        guard let range = ranges[chunk.id], range.count == Int(chunk.length), range.upperBound <= bytes.count else {
            return nil
        }
        return range
    }
}

/// Decoded frames that were used lately, shared by all readers, so that chunks which follow each other in a frame
/// and blobs that are read by many at once are decompressed once.
final class FrameCache: Sendable {
    static let byteMaximum = 16 << 20

    private struct State {
        var frames: [Location: (frame: DecodedFrame, used: UInt64)] = [:]
        var byteCount = 0
        var clock: UInt64 = 0
    }

    private let state = Mutex(State())

    func frame(at location: Location) -> DecodedFrame? {
        state.withLock { state in
            guard let found = state.frames[location] else { return nil }
            state.clock += 1
            state.frames[location]?.used = state.clock
            return found.frame
        }
    }

    func insert(_ frame: DecodedFrame, at location: Location) {
        state.withLock { state in
            state.clock += 1
            if let old = state.frames.updateValue((frame, state.clock), forKey: location) {
                state.byteCount -= old.frame.bytes.count
            }
            state.byteCount += frame.bytes.count
            while state.byteCount > Self.byteMaximum, state.frames.count > 1,
                let oldest = state.frames.min(by: { $0.value.used < $1.value.used })
            {
                state.frames[oldest.key] = nil
                state.byteCount -= oldest.value.frame.bytes.count
            }
        }
    }

    /// Forgets everything.
    func removeAll() {
        state.withLock { $0 = State() }
    }
}
