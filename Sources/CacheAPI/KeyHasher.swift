public import Chunking

/// Hashes fields so that no two lists of fields give the same bytes: the domain, then each field with its length
/// in front (64 bits, big-endian). Optional and repeated fields carry their presence and their count.
public struct KeyHasher: Sendable {
    private var hasher = DigestHasher()

    /// Begins a hash in `domain`, which names what is hashed and the version of the rules.
    public init(domain: String) {
        add(domain)
    }

    /// Adds a field.
    public mutating func add(_ bytes: [UInt8]) {
        add(count: bytes.count)
        unsafe hasher.update(bytes.span.bytes)
    }

    /// Adds a field.
    public mutating func add(_ text: String) {
        add(Array(text.utf8))
    }

    /// Adds a field.
    public mutating func add(_ digest: Digest) {
        add(digest.rawBytes)
    }

    /// Adds a number as a field of eight bytes, big-endian.
    public mutating func add(_ number: some FixedWidthInteger) {
        let value = UInt64(truncatingIfNeeded: number)
        add((0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * $0)) })
    }

    /// Adds a list: its count, then each element.
    public mutating func add(_ list: [String]) {
        add(list.count)
        for element in list { add(element) }
    }

    /// Adds a list: its count, then each element.
    public mutating func add(_ list: [Digest]) {
        add(list.count)
        for element in list { add(element) }
    }

    /// The digest of all fields so far.
    public func finalize() -> Digest {
        hasher.finalize()
    }

    private mutating func add(count: Int) {
        let prefix = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(count) >> UInt64(56 - 8 * $0)) }
        unsafe hasher.update(prefix.span.bytes)
    }
}
