/// A pattern for tags: of all repositories, as in `v*`, or of those whose names fit another, as in `shop/*:v*`.
public struct TagPattern: Hashable, Sendable, CustomStringConvertible {
    /// For the repository's name.
    public let repository: NamePattern
    /// For the tag.
    public let tag: NamePattern

    /// Reads `TAG` or `REPOSITORY:TAG`; `nil` when a pattern is empty, or that for the tag has a slash, which no tag has.
    public init?(_ text: some StringProtocol) {
        let sides = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let last = sides.last, !last.contains("/"), let tag = NamePattern(last) else { return nil }
        self.tag = tag
        if sides.count == 1 {
            repository = .anything
        } else {
            guard let pattern = NamePattern(sides[0]) else { return nil }
            repository = pattern
        }
    }

    /// The pattern as it is read: `TAG`, or `REPOSITORY:TAG`.
    public var description: String { repository == .anything ? "\(tag)" : "\(repository):\(tag)" }

    /// Whether a tag of a repository fits.
    public func matches(_ tag: some Sequence<UInt8>, in repository: some Sequence<UInt8>) -> Bool {
        self.tag.matches(tag) && self.repository.matches(repository)
    }
}
