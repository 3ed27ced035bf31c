/// The kinds of small records that the store keeps for the layers above it. The raw values are part of the format.
public enum RecordTable: UInt8, Sendable, CaseIterable {
    /// Step records, by scope and step key.
    case step = 1
    /// From definition key to content key, by scope.
    case alias = 2
    /// Image manifests and indexes, by repository and digest.
    case manifest = 3
    /// Tags, by repository and tag.
    case tag = 4
    /// Images that were pulled from another registry, by their full name.
    case upstream = 5
    /// Which layers came last for a step or a repository: where changed files of the next are looked for.
    case lineage = 6
    /// From a digest of another algorithm than SHA-256 to the blob that has it, by that digest.
    case digest = 7
    /// Manifests that are about another one, by repository, the other's digest and their own.
    case referrer = 8
    /// What a tag's build cache was merged from and when its records were used, by repository and tag.
    case buildCache = 9
}
