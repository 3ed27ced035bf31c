import ChunkStore
import Chunking
import Glibc

/// Asks a store whether it has chunks: half of those asked for it has, half it does not.
struct Questions {
    private static let size = 1_000

    private let store: Store
    private let project: ProjectID
    private let known: () -> Digest

    /// - Parameter known: gives a random one of the chunks that the store has.
    init(of project: ProjectID, in store: Store, known: @escaping () -> Digest) {
        self.store = store
        self.project = project
        self.known = known
    }

    /// Takes the chunks of the blobs `digests` as those that the store has.
    init(about digests: [Digest], of project: ProjectID, in store: Store) throws {
        var known: [Digest] = []
        for digest in digests {
            guard let recipe = try store.recipe(of: digest, in: project) else {
                throw BenchError("\(digest) is not in the store")
            }
            known += recipe.payload.map(\.id)
        }
        guard let first = known.first else { throw BenchError("there is nothing to ask for") }
        self.init(of: project, in: store) { [known] in known.randomElement() ?? first }
    }

    /// How long questions took, each about 1,000 chunks, that were asked one after the other; at least one.
    /// - Parameters:
    ///   - duration: how long to ask.
    ///   - microseconds: how long to wait between questions.
    func ask(for duration: Duration, pausing microseconds: UInt32 = 0) throws -> Samples {
        var samples = Samples()
        let end = ContinuousClock.now + duration
        repeat {
            defer { usleep(microseconds) }
            let ids = question()
            let missing = try samples.measure { try store.missingChunks(ids, in: project) }
            guard missing.count == Self.size / 2 else {
                throw BenchError("\(missing.count) chunks are said to be missing, not \(Self.size / 2)")
            }
        } while ContinuousClock.now < end
        return samples
    }

    private func question() -> [Digest] {
        (0..<Self.size).map { number in
            let id = known()
            return number.isMultiple(of: 2) ? id : Digest(hashing: id.rawBytes)
        }
    }
}
