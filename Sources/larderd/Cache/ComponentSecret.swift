import CacheAPI
import ChunkStore
import Chunking

/// The secret of a project that digests of ARG and ENV values are kept under: a password that a record was made with
/// cannot be found by trying words, not even by those who may read records, and equal values of two projects do not show.
///
/// It is drawn when it is needed first, and never evicted: without it, every value would look changed.
struct ComponentSecret: Sendable {
    private static let byteCount = 32
    /// The key of its record, in the table of lineages.
    static let recordKey: [UInt8] = Digest(hashing: Array("larder.component-secret.v1".utf8)).rawBytes

    private let bytes: [UInt8]

    /// That of `project`.
    init(of project: ProjectID, in store: Store) throws {
        var generator = SystemRandomNumberGenerator()
        let fresh = (0..<Self.byteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        if let bytes = try store.record(in: .lineage, key: Self.recordKey, project: project) {
            self.bytes = bytes
        } else if try store.put(
            fresh, in: .lineage, key: Self.recordKey, project: project, policy: .keepFirst)
        {
            bytes = fresh
        } else {
            // Another request was first.
            bytes = try store.record(in: .lineage, key: Self.recordKey, project: project) ?? fresh
        }
    }

    /// A component as it is kept. Digests of files stay: who reads the layers knows them.
    func sealed(_ component: KeyComponent) -> KeyComponent {
        guard !component.name.hasPrefix("file.") else { return component }
        var hasher = KeyHasher(domain: "larder.sealed-component.v1")
        hasher.add(bytes)
        hasher.add(component.digest)
        return KeyComponent(name: component.name, digest: hasher.finalize())
    }
}
