public import Chunking

/// How step keys are made: `H(domain, op, parent key, input keys)`.
public enum StepKey {
    /// The key under which what a mount of type cache holds is kept: no step of a build has it.
    public static func cacheMount(_ key: Digest) -> Digest {
        var hasher = KeyHasher(domain: "larder.cache-mount-record.v1")
        hasher.add(key)
        return hasher.finalize()
    }

    /// The key that the first step on a base has as its parent: the chain's identity and the platform.
    public static func base(chain: [Digest], platform: String) -> Digest {
        var hasher = KeyHasher(domain: "larder.base.v1")
        hasher.add(platform)
        hasher.add(chain)
        return hasher.finalize()
    }

    /// What a linked step has as its parent: nothing.
    public static let linked = base(chain: [], platform: "")

    /// What stands for the result of a linked step to those above it.
    /// - Parameters:
    ///   - key: of the linked step.
    ///   - parent: the key of what it is laid on.
    public static func laid(_ key: Digest, on parent: Digest) -> Digest {
        var hasher = KeyHasher(domain: "larder.laid.v1")
        hasher.add(key)
        hasher.add(parent)
        return hasher.finalize()
    }

    /// The key of a step.
    /// - Parameters:
    ///   - op: the digest of everything that the instruction itself contributes.
    ///   - parent: the key of the step or base below.
    ///   - inputs: the content keys of what it reads from elsewhere, in order.
    public static func step(op: Digest, parent: Digest, inputs: [Digest]) -> Digest {
        var hasher = KeyHasher(domain: "larder.step.v1")
        hasher.add(op)
        hasher.add(parent)
        hasher.add(inputs)
        return hasher.finalize()
    }
}
