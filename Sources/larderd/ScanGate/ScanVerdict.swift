import Access
import FoundationEssentials

/// What a scanner says of an image.
struct ScanVerdict: Codable, Hashable, Sendable {
    enum Result: String, Codable, Sendable {
        /// Its tags may be set.
        case pass
        /// They may not.
        case refuse
    }

    /// The longest answer. Bytes.
    static let byteCountMaximum = 1 << 20
    private static let textMaximum = 1_000
    private static let findingsMaximum = 50

    let verdict: Result
    /// Why, for people.
    let reason: String?
    /// Which scanner, with its version; what it says of itself.
    var scanner: String?
    /// How many findings there are of each kind.
    let findings: [String: Int]

    init(_ verdict: Result, reason: String? = nil, scanner: String? = nil, findings: [String: Int] = [:]) {
        self.verdict = verdict
        self.reason = reason.map(Self.shown)
        self.scanner = scanner.map(Self.shown)
        self.findings = findings
    }

    /// Reads a scanner's answer: one JSON object with `verdict`, and if it likes `reason`, `scanner` and `findings`, an object
    /// of counts. Other members mean nothing here.
    /// - Throws: ``ScanFailure``, since nobody knows what else would be meant.
    init(parsing bytes: [UInt8]) throws(ScanFailure) {
        guard bytes.count <= Self.byteCountMaximum else {
            throw ScanFailure("its answer has more than \(Self.byteCountMaximum) bytes")
        }
        let node: JSONNode
        do {
            node = try JSONNode(parsing: bytes)
        } catch {
            throw ScanFailure("its answer cannot be read: \(error)")
        }
        guard let verdict = node["verdict"]?.text.flatMap({ Result(rawValue: $0) }) else {
            throw ScanFailure("its answer has no \"verdict\" that is \"pass\" or \"refuse\"")
        }
        var findings: [String: Int] = [:]
        if case .object(let members) = node["findings"]?.value {
            for member in members.prefix(Self.findingsMaximum) {
                guard let number = member.node.number, let count = Int(exactly: number.rounded()), count >= 0 else {
                    throw ScanFailure("its answer has findings that are no counts")
                }
                findings[Self.shown(String(member.name.prefix(100)))] = count
            }
        }
        self.init(
            verdict, reason: node["reason"]?.text, scanner: node["scanner"]?.text, findings: findings)
    }

    /// For people, in one line.
    var summary: String {
        let counts = findings.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        let parts = [reason, counts.isEmpty ? nil : counts].compactMap { $0 }
        if parts.isEmpty { return verdict == .pass ? "it said nothing else" : "it gave no reason" }
        return parts.joined(separator: "; ")
    }

    /// What is shown on terminals and in logs: cut off, and without what would do something there.
    static func shown(_ text: String) -> String {
        let printable = text.unicodeScalars.prefix(textMaximum).map { scalar -> Unicode.Scalar in
            let isControl = scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value)
            // Marks that change the direction of text hide what it says.
            let isHiding = (0x200b...0x200f).contains(scalar.value) || (0x2028...0x202e).contains(scalar.value)
            return isControl || isHiding || (0x2066...0x2069).contains(scalar.value) ? " " : scalar
        }
        return String(String.UnicodeScalarView(printable))
    }
}

/// Why there is no verdict.
struct ScanFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// A part of a sentence, about the scanner.
    let description: String

    init(_ description: String) {
        self.description = ScanVerdict.shown(description)
    }
}
