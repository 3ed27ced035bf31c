/// A form in which a layer is sent instead of its own bytes (RFC 9110, section 8.4.1; `zstd`: RFC 8878, section 7.2).
enum ContentCoding: String, Sendable, CaseIterable {
    case zstd, gzip

    /// The one of `offered` that a client with this `Accept-Encoding` (RFC 9110, section 12.5.3) likes best; `nil` when it
    /// likes the bytes as they are better than any. Of two that it likes as much the first is taken. `*` asks for nothing
    /// in particular.
    init?(accepting header: String?, among offered: [ContentCoding] = ContentCoding.allCases) {
        guard let header else { return nil }
        var weights: [Substring: Double] = [:]
        for element in header.lowercased().split(separator: ",") {
            let parts = element.split(separator: ";").map { $0.trimming(" \t") }
            guard let name = parts.first, let weight = Self.weight(parts.dropFirst()) else { continue }
            weights[name == "x-gzip" ? "gzip" : name] = weight
        }
        let offered = offered.map { (coding: $0, weight: weights[Substring($0.rawValue)] ?? 0) }
        guard let best = offered.max(by: { $0.weight < $1.weight }), best.weight > 0,
            best.weight >= weights["identity"] ?? 0
        else { return nil }
        self = best.coding
    }

    /// The `q` among the parameters of an element, from 0 to 1; `nil` when it is none.
    private static func weight(_ parameters: ArraySlice<Substring>) -> Double? {
        guard let text = parameters.first(where: { $0.hasPrefix("q=") }) else { return 1 }
        guard let weight = Double(text.dropFirst(2)), (0...1).contains(weight) else { return nil }
        return weight
    }
}

extension Substring {
    fileprivate func trimming(_ blanks: String) -> Substring {
        var rest = self
        while let first = rest.first, blanks.contains(first) { rest.removeFirst() }
        while let last = rest.last, blanks.contains(last) { rest.removeLast() }
        return rest
    }
}
