internal import Chunking
internal import SystemPackage

/// Makes layers out of those of an image whose files have no time later than a moment, as BuildKit's `rewrite-timestamp` does
/// when an image is exported. Steps keep the layers that they were recorded with: no key depends on it.
struct TimestampRewrite: Sendable {
    let maker: LayerMaker
    /// Seconds since 1970.
    let limit: Int64

    /// The chain of an image; its first layers, which are those of `base`, stay as they are.
    /// - Throws: `server` when a layer cannot be had, `corrupt`, `io`.
    func chain(_ chain: [Digest], on base: [Digest]) async throws -> [Digest] {
        let kept = zip(chain, base).prefix { $0 == $1 }.count
        var result = Array(chain.prefix(kept))
        var known: [Digest: Digest] = [:]
        for layer in chain.dropFirst(kept) {
            let rewritten: Digest
            if let earlier = known[layer] { rewritten = earlier } else { rewritten = try await rewrite(layer) }
            known[layer] = rewritten
            result.append(rewritten)
        }
        return result
    }

    private func rewrite(_ layer: Digest) async throws -> Digest {
        let isCancelled = CancellationFlag()
        return try await withTaskCancellationHandler {
            let made = try await maker.restorer.read(layer) { [limit, maker] source in
                try withoutActuallyEscaping(source) { source in
                    try maker.spool(TimestampClamp.source(source, to: limit), unless: isCancelled)
                }
            }
            return made.layer == layer ? layer : try maker.keep(made)
        } onCancel: {
            isCancelled.set()
        }
    }
}
