import Chunking
import FoundationEssentials
import OCI

/// One line of the file that a ``WebhookQueue`` is kept in: a check of what follows, a space, one JSON object, a line feed.
struct QueueRecord: Codable, Hashable, Sendable {
    enum Kind: String, Codable, Sendable {
        /// An event that webhooks are to be told of.
        case event
        /// A webhook has been told.
        case delivered
        /// A webhook is not told any more.
        case givenUp = "given-up"
        /// A webhook is to be told after all.
        case again
        /// Nobody will ask for it again.
        case forgotten
    }

    let kind: Kind
    /// Which event it is about; later ones have greater numbers.
    let number: UInt64
    /// Whom it is about.
    let webhooks: [String]
    /// Of an event: what receivers know it by, what it is called, when it happened (seconds since 1970), and what is sent.
    var id: String?
    var type: String?
    var time: Int64?
    var body: String?
    /// Of an event, and of one that is tried again: since when it is; `nil` since it happened. Seconds since 1970.
    var since: Int64?
    /// Why it was given up.
    var reason: String?

    init(_ kind: Kind, _ number: UInt64, _ webhooks: [String], reason: String? = nil) {
        (self.kind, self.number, self.webhooks, self.reason) = (kind, number, webhooks, reason)
    }

    /// Reads a line without its line feed; `nil` for what is no record, or not what was written.
    init?(line: ArraySlice<UInt8>) {
        let json = line.dropFirst(Self.checkCount + 1)
        guard !json.isEmpty, Array(line.prefix(Self.checkCount)) == Self.check(Array(json)),
            let record = try? JSONDocument.value(QueueRecord.self, in: json)
        else { return nil }
        self = record
    }

    /// The line, with its line feed.
    var line: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and numbers always encode; a line that were empty would be no record.
        let json = (try? encoder.encode(self)).map { [UInt8]($0) } ?? []
        return Self.check(json) + [UInt8(ascii: " ")] + json + [UInt8(ascii: "\n")]
    }

    private static let checkCount = 16

    private static func check(_ json: [UInt8]) -> [UInt8] {
        Array(Digest(hashing: json).hex.utf8.prefix(checkCount))
    }
}
