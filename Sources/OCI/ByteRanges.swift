/// The parts of a blob that a client asks for (RFC 9110, section 14.2).
public enum ByteRanges: Hashable, Sendable {
    /// All of it.
    case whole
    /// These bytes: at least one part, each of at least one byte, none overlapping another.
    case parts([Range<UInt64>])
    /// None that exist.
    case unsatisfiable

    /// More parts than this are not given one by one: the client gets the whole.
    public static let countMaximum = 64

    /// Reads a `Range` header for content of `size` bytes. Other units and what cannot be read are passed over, as the RFC
    /// allows; a range whose end is before its start is not satisfiable. Of several, those that exist are given, in the
    /// client's order; if some overlap, they are joined and given in the order of the content.
    public init(_ header: String?, size: UInt64) {
        guard let header, header.hasPrefix("bytes=") else {
            self = .whole
            return
        }
        let texts = header.dropFirst("bytes=".count).filter { $0 != " " && $0 != "\t" }
            .split(separator: ",", omittingEmptySubsequences: true)
        guard !texts.isEmpty, texts.count <= Self.countMaximum else {
            self = .whole
            return
        }
        var ranges: [Range<UInt64>] = []
        for text in texts {
            switch Self.one(text, size) {
            case .invalid:
                self = .whole
                return
            case .absent: continue
            case .present(let range): ranges.append(range)
            }
        }
        self = ranges.isEmpty ? .unsatisfiable : .parts(Self.joined(ranges))
    }

    private enum One {
        case invalid
        case absent
        case present(Range<UInt64>)
    }

    private static func one(_ text: some StringProtocol, _ size: UInt64) -> One {
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else { return .invalid }
        switch (number(ends[0]), number(ends[1])) {
        case (nil, let length?) where ends[0].isEmpty:
            return length == 0 || size == 0 ? .absent : .present(size - min(length, size)..<size)
        case (let first?, nil) where ends[1].isEmpty:
            return first < size ? .present(first..<size) : .absent
        case (let first?, let last?):
            return first <= last && first < size ? .present(first..<min(last, size - 1) + 1) : .absent
        default: return .invalid
        }
    }

    /// The same bytes without overlaps.
    private static func joined(_ ranges: [Range<UInt64>]) -> [Range<UInt64>] {
        let sorted = ranges.sorted { $0.lowerBound < $1.lowerBound }
        guard zip(sorted, sorted.dropFirst()).contains(where: { $0.upperBound > $1.lowerBound }) else { return ranges }
        return sorted.reduce(into: []) { joined, range in
            if let last = joined.last, range.lowerBound <= last.upperBound {
                joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
    }

    /// Decimal digits; numbers beyond 64 bits are as good as the greatest.
    private static func number(_ text: some StringProtocol) -> UInt64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return UInt64(text) ?? .max
    }
}
