import Access

/// Which tags of some repositories go: `PATTERN=20` all but the 20 used last, `PATTERN=30d` those not used for 30 days,
/// `PATTERN=20+30d` those to which both applies. A push and a pull by tag are uses.
struct RetentionRule: Hashable, Sendable {
    /// The tags it is about.
    let tags: TagPattern
    /// How many are kept; `nil` when their number does not matter.
    let countMaximum: Int?
    /// How long one is kept that is not used. Seconds; `nil` when that does not matter.
    let ageMaximum: UInt64?

    /// A tag and when it was used last.
    struct Candidate: Hashable, Sendable {
        let tag: String
        /// Seconds of the store's clock, rounded down to minutes.
        let used: UInt64
        /// When it was put where it is. Seconds of the store's clock.
        let pushed: UInt64

        /// The later of the two.
        var latest: UInt64 { max(used, pushed) }
    }

    /// Reads a rule; `nil` for anything else.
    init?(_ text: some StringProtocol) {
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2, let tags = TagPattern(sides[0]) else { return nil }
        self.tags = tags
        let limits = sides[1].split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = limits.first, let last = limits.last else { return nil }
        let count = Int(first).flatMap { $0 > 0 ? $0 : nil }
        switch (limits.count, count) {
        case (1, let count?): (countMaximum, ageMaximum) = (count, nil)
        case (1, nil):
            guard let age = Self.age(first) else { return nil }
            (countMaximum, ageMaximum) = (nil, age)
        case (_, let count?):
            guard let age = Self.age(last) else { return nil }
            (countMaximum, ageMaximum) = (count, age)
        default: return nil
        }
    }

    /// A time with its unit, since a number without one is a count.
    private static func age(_ text: some StringProtocol) -> UInt64? {
        UInt64(text) == nil ? TimeSpan.parse(String(text)) : nil
    }

    /// Reads rules with commas between them; `nil` when one is none.
    static func rules(_ text: String) -> [RetentionRule]? {
        let rules = text.split(separator: ",", omittingEmptySubsequences: false).map { RetentionRule($0) }
        return rules.contains(nil) ? nil : rules.compactMap { $0 }
    }

    /// Those of `candidates`, which all are tags of the repository `name`, that go at the time `now`.
    func expired(among candidates: [Candidate], of name: String, now: UInt64) -> Set<String> {
        let newest = candidates.filter { tags.matches($0.tag.utf8, in: name.utf8) }
            .sorted { ($0.latest, $0.pushed, $0.tag) > ($1.latest, $1.pushed, $1.tag) }
        let expired = newest.enumerated().filter { position, candidate in
            (countMaximum.map { position >= $0 } ?? true)
                && (ageMaximum.map { candidate.latest + $0 < now } ?? true)
        }
        return Set(expired.map(\.element.tag))
    }
}
