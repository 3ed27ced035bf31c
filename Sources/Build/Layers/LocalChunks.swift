internal import Chunking
internal import Synchronization
internal import SystemPackage

/// The chunks that layers on this runner hold, so that a layer like them is not fetched as a whole. Nothing is believed: a chunk
/// is used if its bytes have its name. All calls block.
final class LocalChunks: Sendable {
    /// How many chunks are looked for, those of layers that were used last; about 32 GiB of layers.
    private static let chunksMaximum = 1 << 19

    /// Which layer has a chunk.
    private struct Index {
        var layers: [Digest] = []
        /// By number.
        var places: [Digest: Int32] = [:]
    }

    /// A layer and what is wanted of it.
    struct Find: Sendable {
        let layer: Digest
        fileprivate(set) var ids: [Digest]
    }

    private let root: FilePath
    /// Apart from those of layers that are used as a whole.
    private let holds: LayerHolds
    private let onDamage: @Sendable (String) -> Void
    /// `nil` until it is needed.
    private let index = Mutex<Index?>(nil)
    private let taken = Atomic<Int>(0)

    /// - Parameters:
    ///   - root: the directory of the layers.
    ///   - onDamage: is told of layers that turn out to be damaged.
    /// - Throws: `io`.
    init(root: FilePath, onDamage: @escaping @Sendable (String) -> Void) throws(BuildError) {
        self.root = root
        self.onDamage = onDamage
        do throws(Errno) { holds = try LayerHolds(root) } catch {
            throw LocalLayers.failure(error, "look at \(root)")
        }
    }

    /// How many bytes were taken from layers here so far.
    var byteCount: Int { taken.load(ordering: .relaxed) }

    /// Nothing is read any more.
    func close() { holds.close() }

    // MARK: Looking

    /// Which of `ids` layers here should have. O(n) but for the first call, which reads the names of all chunks here.
    func find(_ ids: [Digest]) -> [Find] {
        index.withLock { index in
            if index == nil { index = makeIndex() }
            guard let index, !index.places.isEmpty else { return [] }
            var finds: [Find] = []
            var positions: [Int32: Int] = [:]
            for id in ids {
                guard let layer = index.places[id] else { continue }
                let position = positions[layer, default: finds.count]
                if position == finds.count {
                    positions[layer] = position
                    finds.append(Find(layer: index.layers[Int(layer)], ids: []))
                }
                finds[position].ids.append(id)
            }
            return finds
        }
    }

    /// A layer has come that was not here.
    func add(_ layer: Digest) {
        index.withLock { index in
            guard var changed = index else { return }
            index = nil
            add(layer, to: &changed)
            index = changed
        }
    }

    private func makeIndex() -> Index {
        var index = Index()
        guard let names = try? OpenDirectory(root).names() else { return index }
        let layers = names.compactMap { Digest(hex: String(decoding: $0, as: UTF8.self)) }
        let uses = layers.map { (digest: $0, time: home(of: $0).lastUse) }
        for layer in uses.sorted(by: { ($0.time, $0.digest.hex) > ($1.time, $1.digest.hex) }) {
            add(layer.digest, to: &index)
        }
        return index
    }

    private func add(_ layer: Digest, to index: inout Index) {
        guard let bytes = try? SmallFile.read(home(of: layer).chunks),
            let ids = try? LayerChunks.ids(decoding: bytes), !ids.isEmpty,
            index.places.count + ids.count <= Self.chunksMaximum
        else { return }
        let number = Int32(index.layers.count)
        index.layers.append(layer)
        for id in ids where index.places[id] == nil { index.places[id] = number }
    }

    private func home(of layer: Digest) -> LayerHome { LayerHome(root.appending(layer.hex)) }

    // MARK: Taking

    /// Hands what a layer has of the wanted chunks to `use`, in the order of the layer, while nobody can remove it. A layer
    /// that turns out to be damaged is removed, unless somebody uses it.
    /// - Returns: the chunks that could not be had.
    /// - Throws: what `use` throws.
    func take(
        _ find: Find, unless isCancelled: CancellationFlag, _ use: (ChunkReference, RawSpan) throws -> Void
    ) throws -> [Digest] {
        let home = home(of: find.layer)
        guard holds.hold(find.layer, ifThere: { home.isComplete }) else { return find.ids }
        var wanted = Set(find.ids)
        var state = State.whole
        do {
            let chunks = try LayerChunks(decoding: try SmallFile.read(home.chunks))
            var payload = try LayerPayload.open(home, chunks)
            state = try take(&wanted, chunks, &payload, isCancelled, use)
        } catch let failure as Refused {
            throw failure.error
        } catch {
            state = .damaged("\(error)")
        }
        if case .damaged(let reason) = state { drop(find.layer, reason) }
        return find.ids.filter { wanted.contains($0) }
    }

    private enum State {
        case whole
        case damaged(String)
    }

    /// What `use` has thrown.
    private struct Refused: Error {
        let error: any Error
    }

    private func take(
        _ wanted: inout Set<Digest>, _ chunks: LayerChunks, _ payload: inout LayerPayload,
        _ isCancelled: CancellationFlag, _ use: (ChunkReference, RawSpan) throws -> Void
    ) throws -> State {
        var buffer = [UInt8](repeating: 0, count: Int(ChunkReference.lengthMaximum))
        var end: UInt64 = 0
        for chunk in chunks.chunks {
            let start = end
            end += UInt64(chunk.length)
            guard wanted.contains(chunk.id) else { continue }
            if wanted.isEmpty || isCancelled.isSet { break }
            let count = Int(chunk.length)
            let failure = Self.read(chunk, at: start, from: &payload, into: &buffer)
            if let failure {
                if payload.mayLackFiles { continue }
                return .damaged(failure)
            }
            let bytes = unsafe buffer.span.bytes.extracting(first: count)
            do { try use(chunk, bytes) } catch { throw Refused(error: error) }
            wanted.remove(chunk.id)
            taken.add(count, ordering: .relaxed)
        }
        return .whole
    }

    /// Reads a chunk to the beginning of `buffer`; says why it is not there.
    private static func read(
        _ chunk: ChunkReference, at offset: UInt64, from payload: inout LayerPayload, into buffer: inout [UInt8]
    ) -> String? {
        do throws(Errno) {
            guard try payload.read(Int(chunk.length), at: offset, into: &buffer) else { return "bytes are missing" }
        } catch {
            return "\(error)"
        }
        let bytes = unsafe buffer.span.bytes.extracting(first: Int(chunk.length))
        guard Digest(hashing: bytes) != chunk.id else { return nil }
        return "the chunk \(chunk.id.short) has other bytes than its name says"
    }

    /// Removes a damaged layer, unless it is gone already.
    private func drop(_ layer: Digest, _ reason: String) {
        let home = home(of: layer)
        holds.release(layer)
        guard home.isComplete, (try? home.condemn()) != nil else { return }
        if LayerCache(root: root).remove(layer, holds) {
            onDamage("The layer \(layer.short) on this runner was damaged (\(reason)) and is removed.")
        } else {
            onDamage(
                "The layer \(layer.short) on this runner is damaged (\(reason)), and a build uses it: what stands on it "
                    + "may be wrong, build it again with --no-cache. The next build that begins removes it.")
        }
    }
}
