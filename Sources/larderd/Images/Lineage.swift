import CacheAPI
import ChunkStore
import Chunking

/// Remembers which layers came last for an image repository or an instruction, so that the store finds what a new layer
/// changed only a little. All calls block. Only of use, never needed: nothing depends on a record of it.
struct Lineage {
    private static let layersMaximum = 128

    let store: Store
    let project: ProjectID

    /// Notes that an image with `layers` was stored in the repository `name`.
    func noteImage(_ layers: [Digest], in name: String) throws {
        let layers = Array(
            try layers.filter { try store.blob($0, in: project)?.isLayer == true }
                .prefix(Self.layersMaximum))
        guard !layers.isEmpty else { return }
        let key = Self.key("image", name)
        let previous = try self.layers(under: key)
        guard previous != layers else { return }
        let gone = previous.filter { !layers.contains($0) }
        for (position, layer) in layers.enumerated() where !previous.contains(layer) {
            // The layer that was at about this place before, then the files' versions in the layers below.
            let nearest = gone.sorted {
                distance(of: $0, in: previous, to: position) < distance(of: $1, in: previous, to: position)
            }
            try store.notePredecessors(nearest + layers[..<position].reversed(), of: layer, in: project)
        }
        try remember(layers, under: key)
    }

    /// Notes that a step was recorded.
    func noteStep(_ step: StepRecord) throws {
        guard let layer = step.chain.last else { return }
        let key = Self.key("step", step.instruction)
        let previous = try self.layers(under: key)
        guard previous != [layer] else { return }
        try store.notePredecessors(previous + step.chain.dropLast().reversed(), of: layer, in: project)
        try remember([layer], under: key)
    }

    private func distance(of layer: Digest, in layers: [Digest], to position: Int) -> Int {
        abs((layers.firstIndex(of: layer) ?? 0) - position)
    }

    private func layers(under key: [UInt8]) throws(StoreError) -> [Digest] {
        let value = try store.record(in: .lineage, key: key, project: project) ?? []
        return stride(from: 0, to: value.count, by: Digest.byteCount).compactMap {
            unsafe Digest(rawBytes: value.span.bytes, at: $0)
        }
    }

    private func remember(_ layers: [Digest], under key: [UInt8]) throws(StoreError) {
        _ = try store.put(layers.flatMap(\.rawBytes), in: .lineage, key: key, project: project)
    }

    /// Fixed in length, which names and instructions are not.
    private static func key(_ kind: String, _ name: String) -> [UInt8] {
        Digest(hashing: Array("\(kind)\0\(name)".utf8)).rawBytes
    }
}
