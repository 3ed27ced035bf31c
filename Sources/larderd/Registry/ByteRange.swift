/// The part of a blob that a client asks for.
enum ByteRange: Hashable, Sendable {
    /// All of it.
    case whole
    /// These bytes, at least one.
    case part(Range<UInt64>)
    /// None that exist.
    case unsatisfiable

    /// Reads a `Range` header (RFC 9110, section 14.2) for content of `size` bytes. Other units, several ranges and
    /// what cannot be read are passed over, as the RFC allows; a range whose end is before its start is not satisfiable.
    init(_ header: String?, size: UInt64) {
        guard let header, header.hasPrefix("bytes="), !header.contains(",") else {
            self = .whole
            return
        }
        let ends = header.dropFirst("bytes=".count).filter { $0 != " " }
            .split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else {
            self = .whole
            return
        }
        switch (Self.number(ends[0]), Self.number(ends[1])) {
        case (nil, let length?) where ends[0].isEmpty:
            self = length == 0 || size == 0 ? .unsatisfiable : .part(size - min(length, size)..<size)
        case (let first?, nil) where ends[1].isEmpty:
            self = first < size ? .part(first..<size) : .unsatisfiable
        case (let first?, let last?):
            self = first <= last && first < size ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
        default: self = .whole
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
