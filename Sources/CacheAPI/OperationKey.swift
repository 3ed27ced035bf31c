public import Chunking

/// Everything an instruction itself contributes to its step key, part by part.
public struct OperationKey: Sendable {
    /// The parts, in the order they were added.
    public private(set) var components: [KeyComponent] = []
    private let kind: String

    /// Begins an operation of `kind`: `run`, `copy`, `workdir`.
    public init(kind: String) {
        self.kind = kind
    }

    /// Adds a part with its value.
    public mutating func add(_ name: String, _ values: [String]) {
        var hasher = KeyHasher(domain: "larder.component.v1")
        hasher.add(values)
        components.append(KeyComponent(name: name, digest: hasher.finalize()))
    }

    /// Adds a part with its value.
    public mutating func add(_ name: String, _ value: String) {
        add(name, [value])
    }

    /// The op: the digest over the names and digests of all parts.
    public var digest: Digest {
        var hasher = KeyHasher(domain: "larder.op.v1")
        hasher.add(kind)
        hasher.add(components.count)
        for component in components {
            hasher.add(component.name)
            hasher.add(component.digest)
        }
        return hasher.finalize()
    }
}
