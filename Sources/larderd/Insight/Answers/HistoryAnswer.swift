/// `GET …/history`: what the builds of a project have come to, by hour or by day.
struct HistoryAnswer: Encodable, Sendable {
    /// A span of time, or all of them together. What it has of ``Tally`` stands beside its own.
    struct Span: Encodable, Sendable {
        /// When it begins. Seconds since 1970; `nil` for all together.
        var time: Int64?
        var tally: Tally

        private enum CodingKeys: String, CodingKey {
            case time, missCount, hitRate
        }

        func encode(to encoder: any Encoder) throws {
            try tally.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(time, forKey: .time)
            try container.encode(tally.missCount, forKey: .missCount)
            try container.encodeIfPresent(tally.hitRate, forKey: .hitRate)
        }
    }

    /// How long each span is. Seconds.
    let span: Int64
    /// When the first could begin, and the last ends. Seconds since 1970.
    let from: Int64
    let to: Int64
    /// Those in which builds ended, the first first.
    let spans: [Span]
    /// All together.
    let sum: Span

    /// - Parameters:
    ///   - count: of spans, counted back from `now`.
    ///   - isHourly: whether a span is an hour, else a day.
    init(_ history: ProjectHistory, count: Int, isHourly: Bool, now: Int64) {
        let span: Int64 = isHourly ? 3600 : 86_400
        let (tallies, last) = (isHourly ? history.hours : history.days, Int(now / span))
        let shown = tallies.filter { $0.key > last - count && $0.key <= last }.sorted { $0.key < $1.key }
        self.span = span
        from = Int64(last - count + 1) * span
        to = Int64(last + 1) * span
        spans = shown.map { Span(time: Int64($0.key) * span, tally: $0.value) }
        sum = Span(time: nil, tally: shown.reduce(into: Tally()) { $0 += $1.value })
    }
}

extension Tally {
    /// How many of the steps were hits, from 0 to 1; `nil` when there were none.
    var hitRate: Double? {
        let steps = hits + missCount
        return steps > 0 ? Double(hits) / Double(steps) : nil
    }
}
